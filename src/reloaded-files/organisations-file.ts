import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { EnvironmentError } from '../config/environment/environment-error.ts';
import { MAX_ORGANISATIONS_FILE_BYTES } from '../config/organisations/organisations-file.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { ReloadedFile } from './reloaded-file.ts';

/**
 * Reloads the organisations when `ORGANISATIONS_FILE` changes. Requests in progress keep the credentials with which they
 * began.
 */
@Injectable()
export class OrganisationsFile implements OnApplicationBootstrap, OnApplicationShutdown {
  private file: ReloadedFile | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** null: there is no such file. */
  get state(): ReloadedFile['state'] | null {
    return this.file?.state ?? null;
  }

  onApplicationBootstrap(): void {
    const { organisations } = this.config;
    if (organisations.file === null) return;
    const use = (content: string): readonly string[] => {
      try {
        organisations.replace(content);
        return [];
      } catch (error) {
        if (error instanceof EnvironmentError) return error.issues;
        throw error;
      }
    };
    const file = {
      variable: 'ORGANISATIONS_FILE',
      ...organisations.file,
      maxBytes: MAX_ORGANISATIONS_FILE_BYTES,
      use,
    };
    this.file = new ReloadedFile(file, this.clock, this.metrics, this.log);
  }

  onApplicationShutdown(): void {
    this.file?.close();
  }
}

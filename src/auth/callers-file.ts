import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger } from 'pino';
import { Gauge } from 'prom-client';
import { CallerLimitsService } from '../caller-limits/caller-limits.service.ts';
import { MAX_CALLERS_FILE_BYTES, parseCallers } from '../config/callers/callers.ts';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { ReloadedFile } from '../reloaded-files/reloaded-file.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { ApiKeys } from './api-keys.ts';

/** Reloads the callers when `CALLERS_FILE` changes. */
@Injectable()
export class CallersFile implements OnApplicationBootstrap, OnApplicationShutdown {
  private file: ReloadedFile | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly keys: ApiKeys,
    private readonly limits: CallerLimitsService,
    private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    const { auth } = config;
    new Gauge({
      name: 'callers_file_next_key_end_timestamp_seconds',
      help: 'When the next key of CALLERS_FILE ends, since 1970; +Inf: none ends.',
      registers: auth.mode === 'api-key' && auth.file !== null ? [metrics.registry] : [],
      collect() {
        this.set(keys.nextEnd() / 1000);
      },
    });
  }

  /** null: there is no such file. */
  get state(): ReloadedFile['state'] | null {
    return this.file?.state ?? null;
  }

  /** Resolves when the file is not being read. */
  async settled(): Promise<void> {
    await this.file?.settled();
  }

  onApplicationBootstrap(): void {
    const { auth } = this.config;
    if (auth.mode !== 'api-key' || auth.file === null) return;
    const use = (content: string): readonly string[] => {
      const parsed = parseCallers(content, auth.limits);
      if ('issues' in parsed) return parsed.issues;
      this.keys.replace(parsed.callers);
      this.limits.replace(parsed.callers);
      return [];
    };
    const file = { variable: 'CALLERS_FILE', ...auth.file, maxBytes: MAX_CALLERS_FILE_BYTES, use };
    this.file = new ReloadedFile(file, this.clock, this.metrics, this.log);
  }

  onApplicationShutdown(): void {
    this.file?.close();
  }
}

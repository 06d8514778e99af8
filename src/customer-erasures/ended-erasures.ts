import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { ChangeFeed } from '../customer-changes/feed/change-feed.ts';
import { errorCode } from '../redis/redis-errors.ts';
import { RecurringTask } from '../resilience/recurring-task.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { ErasureRecords } from './erasure-records.ts';

/** Soon after the start, because a process may not live for an hour. */
const FIRST_MS = 60_000;
const INTERVAL_MS = 3_600_000;

/** Removes tombstones and `erased` events whose time has come. They have no expiry in Redis, because it would evict keys with one. */
@Injectable()
export class EndedErasures implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RecurringTask;

  constructor(
    private readonly config: Config,
    clock: Clock,
    private readonly records: ErasureRecords,
    private readonly feed: ChangeFeed,
    private readonly tombstones: Tombstones,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.task = new RecurringTask(clock, INTERVAL_MS, (signal) => this.trySweep(signal));
  }

  onApplicationBootstrap(): void {
    if (this.tombstones.areEnabled) this.task.start(FIRST_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** @throws RedisUnavailable, or Redis's own error reply, when Redis fails */
  async sweep(signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted && (await this.records.sweep()) > 0);
    for (const organisation of this.config.organisations.keys())
      while (!signal?.aborted && (await this.feed.endErasures(organisation)) > 0);
  }

  private async trySweep(signal: AbortSignal): Promise<void> {
    try {
      await this.sweep(signal);
    } catch (error) {
      this.log.debug({ event: 'erasures_not_swept', errorCode: errorCode(error) }, 'ended erasures are removed later');
    }
  }
}

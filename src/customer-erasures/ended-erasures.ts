import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock, type Timer } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { ChangeFeed } from '../customer-changes/feed/change-feed.ts';
import { errorCode } from '../redis/redis-errors.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { ErasureRecords } from './erasure-records.ts';

/** Soon after the start, as a process may not live for an hour. */
const FIRST_MS = 60_000;
const INTERVAL_MS = 3_600_000;

/** Removes tombstones and `erased` events whose time has come. Redis does not: it would evict keys that have an expiry. */
@Injectable()
export class EndedErasures implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: Timer | null = null;
  private inFlight: Promise<void> = Promise.resolve();
  private isClosing = false;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly records: ErasureRecords,
    private readonly feed: ChangeFeed,
    private readonly tombstones: Tombstones,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.tombstones.areEnabled) this.sweepIn(FIRST_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    this.timer?.cancel();
    await this.inFlight;
  }

  /** @throws RedisUnavailable, or Redis's own error reply, when Redis fails */
  async sweep(): Promise<void> {
    while (!this.isClosing && (await this.records.sweep()) > 0);
    for (const organisation of this.config.organisations.keys())
      while (!this.isClosing && (await this.feed.endErasures(organisation)) > 0);
  }

  private sweepIn(ms: number): void {
    this.timer = this.clock.after(ms, () => {
      this.inFlight = this.sweep()
        .catch((error: unknown) => {
          this.log.debug(
            { event: 'erasures_not_swept', errorCode: errorCode(error) },
            'ended erasures are removed later',
          );
        })
        .then(() => {
          if (!this.isClosing) this.sweepIn(INTERVAL_MS);
        });
    });
  }
}

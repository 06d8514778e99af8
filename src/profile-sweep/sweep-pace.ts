import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { QUOTA_WINDOW_MS } from '../upstream/quota/quota.ts';

/** A window of the quota may count the calls of a little more than its time. */
const WIDEST_WINDOW = 1.05;

/** Spreads the customers of the sweep evenly, so that it stays within its share of the quota and no call is refused. */
@Injectable()
export class SweepPace {
  private readonly stepMs: number;
  private nextAt = -Infinity;

  constructor(
    { sweep, reseller }: Config,
    private readonly clock: Clock,
  ) {
    this.stepMs = (WIDEST_WINDOW * QUOTA_WINDOW_MS) / ((sweep?.quotaShare ?? 1) * reseller.quota.calls);
  }

  /** Resolves when the next customer may be fetched. @throws the signal's reason when it fires */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.clock.monotonic();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + this.stepMs;
    if (at - now >= 1) await this.clock.sleep(at - now, signal);
  }
}

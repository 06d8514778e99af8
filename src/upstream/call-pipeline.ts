import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { type Health } from './breaker.ts';
import { NoPlace } from './places.ts';
import { Quota } from './quota.ts';
import { Standoffs } from './standoffs.ts';
import { type UpstreamCall } from './upstream-call.ts';
import { type FailureState, UpstreamError } from './upstream.error.ts';
import { UpstreamGates } from './upstream-gates.ts';

/** With less time than this left a call is not begun: it could not be answered. */
const LEAST_USEFUL_MS = 5;

/** The gates before each attempt, in order: time, standoff, breaker, a place, the quota. */
@Injectable()
export class Admission {
  constructor(
    private readonly clock: Clock,
    private readonly gates: UpstreamGates,
    private readonly standoffs: Standoffs,
    private readonly quota: Quota,
  ) {}

  /**
   * Makes the attempt once every gate has let it through, and tells the breaker how it went.
   * @throws UpstreamError `skipped_budget`, `throttled` or `circuit_open` when a gate stays closed
   */
  async through<T>(call: UpstreamCall<unknown>, attempt: () => Promise<T>): Promise<T> {
    refuseWithoutTime(call);
    await this.waitFor(call, await this.standoffs.remainingMs(call), 'told to stay away');
    const { breaker, places } = this.gates.of(call);
    const tell = breaker.admit(this.clock.monotonic());
    if (!tell) throw notSent(call, 'circuit_open', 'the breaker is open', breaker.opensInMs(this.clock.monotonic()));
    let health: Health = 'neutral';
    try {
      await places.enter(call.deadline.signal);
      try {
        if (call.metered) await this.takeFromQuota(call);
        refuseWithoutTime(call);
        const result = await attempt();
        health = 'well';
        return result;
      } finally {
        places.leave();
      }
    } catch (error) {
      if (error instanceof NoPlace) throw notSent(call, 'skipped_budget', error.message);
      if (error instanceof UpstreamError) health = error.health;
      throw error;
    } finally {
      tell(health, this.clock.monotonic());
    }
  }

  private async takeFromQuota(call: UpstreamCall<unknown>): Promise<void> {
    for (;;) {
      const { granted, waitMs } = await this.quota.take(call.organisation);
      if (granted) return;
      await this.waitFor(call, Math.max(1, waitMs), 'our own quota is used up');
    }
  }

  /** Waits when that leaves time for the call, otherwise says how long it would have been. */
  private async waitFor(call: UpstreamCall<unknown>, waitMs: number, reason: string): Promise<void> {
    if (waitMs === 0) return;
    if (waitMs + LEAST_USEFUL_MS > call.deadline.remainingMs()) throw notSent(call, 'throttled', reason, waitMs);
    await this.clock.sleep(waitMs, call.deadline.signal).catch(() => {
      throw notSent(call, 'throttled', reason, waitMs);
    });
  }
}

function refuseWithoutTime(call: UpstreamCall<unknown>): void {
  if (call.deadline.signal.aborted || call.deadline.remainingMs() < LEAST_USEFUL_MS)
    throw notSent(call, 'skipped_budget', 'no time left');
}

function notSent(
  { upstream, operation }: UpstreamCall<unknown>,
  state: FailureState,
  reason: string,
  retryAfterMs: number | null = null,
): UpstreamError {
  return new UpstreamError({
    upstream,
    operation,
    state,
    answered: false,
    sent: false,
    retryable: false,
    retryAfterMs,
    reason,
  });
}

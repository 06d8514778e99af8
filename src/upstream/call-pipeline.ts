import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { type CallOutcome } from '../resilience/circuit-breaker.ts';
import { BulkheadFullError } from '../resilience/bulkhead.ts';
import { Quota } from './quota.ts';
import { Cooldowns } from './cooldowns.ts';
import { type UpstreamCall } from './upstream-call.ts';
import { type FailureState, UpstreamError } from './upstream-error.ts';
import { UpstreamPolicies } from './upstream-policies.ts';

/** With less time left than this a call is not sent: it could not be answered. */
const MIN_USEFUL_MS = 5;

/** What each attempt passes before it is sent, in order: time left, cooldown, circuit breaker, bulkhead, quota. */
@Injectable()
export class CallPipeline {
  constructor(
    private readonly clock: Clock,
    private readonly policies: UpstreamPolicies,
    private readonly cooldowns: Cooldowns,
    private readonly quota: Quota,
  ) {}

  /**
   * Makes the attempt when everything permits it, and records its outcome with the circuit breaker.
   * @throws UpstreamError `skipped_budget`, `throttled` or `circuit_open` when the attempt is not permitted
   */
  async execute<T>(call: UpstreamCall<unknown>, attempt: () => Promise<T>): Promise<T> {
    assertTimeLeft(call);
    await this.waitFor(call, await this.cooldowns.remainingMs(call), 'the upstream asked for a cooldown');
    const { breaker, bulkhead } = this.policies.policiesFor(call);
    const record = breaker.tryAcquire(this.clock.monotonic());
    if (!record)
      throw notSent(call, 'circuit_open', 'the circuit breaker is open', breaker.retryInMs(this.clock.monotonic()));
    let outcome: CallOutcome = 'ignored';
    try {
      await bulkhead.acquire(call.deadline.signal);
      try {
        if (call.countsAgainstQuota) await this.takeFromQuota(call);
        assertTimeLeft(call);
        const result = await attempt();
        outcome = 'success';
        return result;
      } finally {
        bulkhead.release();
      }
    } catch (error) {
      if (error instanceof BulkheadFullError) throw notSent(call, 'skipped_budget', error.message);
      if (error instanceof UpstreamError) outcome = error.outcome;
      throw error;
    } finally {
      record(outcome, this.clock.monotonic());
    }
  }

  private async takeFromQuota(call: UpstreamCall<unknown>): Promise<void> {
    for (;;) {
      const { granted, waitMs } = await this.quota.take(call.organisation);
      if (granted) return;
      await this.waitFor(call, Math.max(1, waitMs), 'the quota is used up');
    }
  }

  /** Waits if that leaves time for the call. @throws UpstreamError `throttled` with the wait otherwise */
  private async waitFor(call: UpstreamCall<unknown>, waitMs: number, reason: string): Promise<void> {
    if (waitMs === 0) return;
    if (waitMs + MIN_USEFUL_MS > call.deadline.remainingMs()) throw notSent(call, 'throttled', reason, waitMs);
    await this.clock.sleep(waitMs, call.deadline.signal).catch(() => {
      throw notSent(call, 'throttled', reason, waitMs);
    });
  }
}

function assertTimeLeft(call: UpstreamCall<unknown>): void {
  if (call.deadline.signal.aborted || call.deadline.remainingMs() < MIN_USEFUL_MS)
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

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { BulkheadFullError } from '../resilience/bulkhead.ts';
import { type CallOutcome, type CircuitBreaker } from '../resilience/circuit-breaker.ts';
import { Cooldowns } from './cooldowns.ts';
import { HeldGrants } from './held-grants.ts';
import { Quota } from './quota/quota.ts';
import { type UpstreamCall } from './upstream-call.ts';
import { type FailureState, UpstreamError } from './upstream-error.ts';
import { UpstreamPolicies } from './upstream-policies.ts';

/** A call that will be made soon. */
export type PreparedCall = Pick<UpstreamCall<unknown>, 'upstream' | 'organisation' | 'quotaUser'>;

/** With less time left than this, a call cannot be answered and is not sent. */
const MIN_USEFUL_MS = 5;

/**
 * The policies that each attempt passes, in order: time left, cooldown, circuit breaker, bulkhead, quota. The circuit
 * breaker decides once more when the call's turn comes, because it may have opened meanwhile.
 */
@Injectable()
export class CallPipeline {
  constructor(
    private readonly clock: Clock,
    private readonly policies: UpstreamPolicies,
    private readonly cooldowns: Cooldowns,
    private readonly quota: Quota,
  ) {}

  /**
   * Makes the attempt when every policy permits it, and records its outcome with the circuit breaker.
   * @throws UpstreamError `skipped_budget`, `throttled`, `circuit_open` or `overloaded` when the attempt is not permitted
   */
  async execute<T>(call: UpstreamCall<unknown>, attempt: () => Promise<T>): Promise<T> {
    assertTimeLeft(call);
    const { breaker, bulkhead } = this.policies.policiesFor(call);
    const held = new HeldGrants(bulkhead, this.quota, call);
    try {
      // When this process knows of no obstacle, the call asks Redis for the cooldown and the quota at the same time.
      const asksEarly = call.quotaUser !== undefined && this.mayPass(call, breaker) && held.tryAcquire();
      const early = asksEarly ? held.askQuota() : null;
      const cooldownMs = await this.cooldownMs(call);
      await early;
      if (cooldownMs > 0) {
        // A waiting call holds nothing, and takes a grant when its turn comes.
        held.giveBack();
        await this.waitFor(call, cooldownMs, 'the upstream asked for a cooldown');
      }
      if (!breaker.permits(this.clock.monotonic())) throw this.circuitOpen(call, breaker);
      await held.acquire(call).catch((error: unknown) => {
        throw error instanceof BulkheadFullError ? notSent(call, 'overloaded', error.message) : error;
      });
      if (call.quotaUser) await this.waitForGrant(call, held);
      assertTimeLeft(call);
      return await this.throughBreaker(call, breaker, () => {
        held.send();
        call.wait.end();
        return attempt();
      });
    } finally {
      held.giveBack();
    }
  }

  /**
   * Asks Redis ahead for the cooldown and the quota of the next call to this upstream.
   * @param withinMs how long that call waits for Redis
   */
  prepare({ upstream, organisation, quotaUser }: PreparedCall, withinMs = Infinity): void {
    const key = { upstream, organisation };
    if (this.cooldowns.ownRemainingMs(key) > 0) return;
    void this.cooldowns.remainingMs(key, withinMs);
    if (quotaUser) this.quota.takeAhead(organisation, quotaUser, withinMs);
  }

  /** A read waits for Redis no longer than it may in all, also when its calls follow one another. */
  private cooldownMs(call: UpstreamCall<unknown>): Promise<number> {
    const ask = (withinMs?: number): Promise<number> => this.cooldowns.remainingMs(call, withinMs);
    return call.redisTime?.waitFor(ask) ?? ask();
  }

  private async throughBreaker<T>(
    call: UpstreamCall<unknown>,
    breaker: CircuitBreaker,
    send: () => Promise<T>,
  ): Promise<T> {
    const record = breaker.tryAcquire(this.clock.monotonic());
    if (!record) throw this.circuitOpen(call, breaker);
    let outcome: CallOutcome = 'ignored';
    try {
      const result = await send();
      outcome = 'success';
      return result;
    } catch (error) {
      if (error instanceof UpstreamError) outcome = error.outcome;
      throw error;
    } finally {
      record(outcome, this.clock.monotonic());
    }
  }

  private circuitOpen(call: UpstreamCall<unknown>, breaker: CircuitBreaker): UpstreamError {
    return notSent(call, 'circuit_open', 'the circuit breaker is open', breaker.retryInMs(this.clock.monotonic()));
  }

  /** Whether neither a known cooldown nor the circuit breaker stops the call now. */
  private mayPass(call: UpstreamCall<unknown>, breaker: CircuitBreaker): boolean {
    return this.cooldowns.ownRemainingMs(call) === 0 && breaker.permits(this.clock.monotonic());
  }

  private async waitForGrant(call: UpstreamCall<unknown>, held: HeldGrants): Promise<void> {
    let answer = await held.askQuota();
    while (!answer.granted) {
      await this.waitFor(call, Math.max(1, answer.waitMs), 'the quota is used up');
      answer = await held.askQuotaAgain();
    }
  }

  /** Waits if that leaves time for the call. @throws UpstreamError `throttled` with the wait otherwise */
  private async waitFor(call: UpstreamCall<unknown>, waitMs: number, reason: string): Promise<void> {
    if (waitMs === 0) return;
    if (waitMs + MIN_USEFUL_MS > call.deadline.remainingMs()) throw notSent(call, 'throttled', reason, waitMs);
    call.wait.begin('throttled');
    await this.clock.sleep(waitMs, call.deadline.signal).catch(() => {
      throw notSent(call, 'throttled', reason, waitMs);
    });
  }
}

/** A call that had to wait is refused for the reason of its wait. */
function assertTimeLeft(call: UpstreamCall<unknown>): void {
  const { deadline, wait } = call;
  if (deadline.signal.aborted || deadline.remainingMs() < MIN_USEFUL_MS)
    throw notSent(call, wait.reason ?? 'skipped_budget', 'no time left');
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

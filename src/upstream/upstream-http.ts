import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { TraceScope } from '../telemetry/traces/trace-scope.ts';
import { Attempt } from './attempt.ts';
import { CallPipeline, type PreparedCall } from './call-pipeline.ts';
import { Cooldowns } from './cooldowns.ts';
import { type Outcome } from './outcome.ts';
import { retryDelayMs } from './retry.ts';
import { type PreviousAttempt, type UpstreamCall } from './upstream-call.ts';
import { UpstreamError } from './upstream-error.ts';
import { UpstreamMetrics } from './upstream-metrics.ts';
import { UpstreamPolicies } from './upstream-policies.ts';
import { UpstreamStatus } from './upstream-status.ts';

/** The attributes of an attempt that ended with an error of our own. */
const FAULT = { state: 'fault', status: null, sent: false } as const;

/** Makes every outbound call of the service. */
@Injectable()
export class UpstreamHttp {
  constructor(
    private readonly clock: Clock,
    private readonly pipeline: CallPipeline,
    private readonly attempts: Attempt,
    private readonly policies: UpstreamPolicies,
    private readonly cooldowns: Cooldowns,
    private readonly metrics: UpstreamMetrics,
    private readonly status: UpstreamStatus,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Asks Redis ahead for the cooldown and the quota of the next call to this upstream, to save it a round trip.
   * @param withinMs how long to wait
   */
  prepare(call: PreparedCall, withinMs: number): void {
    this.pipeline.prepare(call, withinMs);
  }

  /**
   * Makes the call. Retries once when a retry can help and the retry budget allows it.
   * @returns the value that `call.read` found
   * @throws UpstreamError when there is no definite answer
   */
  async send<T>(call: UpstreamCall<T>): Promise<T> {
    let previous: PreviousAttempt = 'none';
    for (let attempt = 1; ; attempt += 1) {
      const startedAt = this.clock.monotonic();
      try {
        const { state, value } = await this.traced(call, attempt, () =>
          this.pipeline.execute(call, () => {
            // Only a call that is really sent earns retries; an open breaker must not save them up.
            if (previous === 'none') this.policies.retryBudget(call.upstream).deposit();
            return this.attempts.make(call, previous);
          }),
        );
        this.metrics.ended(call, state, this.clock.monotonic() - startedAt);
        this.status.answered(call, this.clock.monotonic() - startedAt);
        return value;
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        this.startCooldown(call, error);
        const delayMs = this.retryDelayMs(call, error, attempt);
        this.logFailure(call, error, attempt, this.clock.monotonic() - startedAt, delayMs);
        if (delayMs === null) throw error;
        this.metrics.retried(call);
        previous = error.answered ? 'answered' : 'unanswered';
        if (delayMs === 0) continue;
        if (error.state === 'throttled') call.wait.begin('throttled');
        await this.clock.sleep(delayMs, call.deadline.signal).catch(() => {
          throw error; // The caller left, or the budget ended during the wait: report the last failure.
        });
      }
    }
  }

  /** Makes an attempt in its own span, which has the outcome and nothing of the request or the answer. */
  private traced<T>(call: UpstreamCall<T>, attempt: number, make: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const span = TraceScope.current()?.child(`${call.upstream} ${call.operation}`, 'client');
    if (!span) return make();
    span.set({
      'http.request.method': call.method,
      'customer_profile.upstream': call.upstream,
      'customer_profile.upstream.operation': call.operation,
      'customer_profile.upstream.attempt': attempt,
      'customer_profile.upstream.breaker': this.policies.policiesFor(call).breaker.stateName,
    });
    return span.run(make).then(
      (outcome) => {
        span.set({ 'customer_profile.upstream.state': outcome.state });
        span.end();
        return outcome;
      },
      (error: unknown) => {
        const { state, status, sent } = error instanceof UpstreamError ? error : FAULT;
        span.set({ 'customer_profile.upstream.state': state, 'customer_profile.upstream.sent': sent });
        if (status !== null) span.set({ 'http.response.status_code': status });
        span.end(state);
        throw error;
      },
    );
  }

  private startCooldown(call: UpstreamCall<unknown>, { state, answered, retryAfterMs }: UpstreamError): void {
    if (retryAfterMs === null || !answered) return;
    if (call.failsAlone && state !== 'throttled') this.cooldowns.startForOperation(call, retryAfterMs);
    else this.cooldowns.start(call, retryAfterMs);
  }

  private retryDelayMs(call: UpstreamCall<unknown>, error: UpstreamError, attempt: number): number | null {
    const delayMs =
      call.noRetry && !error.idleClosed ? null : retryDelayMs(error, attempt, call.deadline.remainingMs());
    // The upstream never received the call, so a retry adds no load.
    if (delayMs === null || error.idleClosed) return delayMs;
    // This failure opened the breaker, or was its probe: the breaker would refuse a retry.
    if (this.policies.policiesFor(call).breaker.stateName !== 'closed') return null;
    if (this.policies.retryBudget(call.upstream).withdraw(this.clock.monotonic())) return delayMs;
    this.metrics.retryRefused(call);
    return null;
  }

  private logFailure(
    call: UpstreamCall<unknown>,
    error: UpstreamError,
    attempt: number,
    durationMs: number,
    delayMs: number | null,
  ): void {
    this.metrics.ended(call, error.state, durationMs);
    const { upstream, operation, state, reason, upstreamRequestId, status } = error;
    const line = {
      upstream,
      operation,
      state,
      reason,
      attempt,
      durationMs: Math.round(durationMs),
      requestId: call.requestId,
      upstreamRequestId,
      ...(error.event === null ? {} : { event: error.event }),
      ...(status === null ? {} : { status }),
      ...(delayMs === null ? {} : { delayMs: Math.round(delayMs) }),
    };
    // Not worth a warning: the caller left, a policy refused the call, or an idle connection was closed.
    const isNews = error.sent && !error.idleClosed && !error.inconclusive;
    const level = isNews ? 'warn' : 'debug';
    this.log[level](line, 'upstream call failed');
  }
}

import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger } from 'pino';
import { LOGGER } from '../telemetry/logger.ts';
import { Admission } from './admission.ts';
import { failureOf, type Outcome, outcomeOf } from './outcome.ts';
import { retryDelayMs } from './retry.ts';
import { Standoffs } from './standoffs.ts';
import { type PreviousAttempt, type UpstreamCall } from './upstream-call.ts';
import { UpstreamError } from './upstream.error.ts';
import { UpstreamGates } from './upstream-gates.ts';
import { UpstreamMetrics } from './upstream-metrics.ts';
import { UpstreamStatus } from './upstream-status.ts';

/** The one place from which anything is asked of the world outside. */
@Injectable()
export class UpstreamHttp {
  constructor(
    private readonly http: HttpService,
    private readonly admission: Admission,
    private readonly gates: UpstreamGates,
    private readonly standoffs: Standoffs,
    private readonly metrics: UpstreamMetrics,
    private readonly status: UpstreamStatus,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Makes the call, once more where that can heal and the retry budget allows it.
   * @returns what `call.read` made of the answer
   * @throws UpstreamError when there is no definite answer
   */
  async send<T>(call: UpstreamCall<T>): Promise<T> {
    this.gates.retryBudget(call.upstream).deposit();
    let previous: PreviousAttempt = 'none';
    for (let attempt = 1; ; attempt += 1) {
      const startedAt = performance.now();
      try {
        const { state, value } = await this.admission.through(call, () => this.attempt(call, previous));
        this.metrics.ended(call, state, performance.now() - startedAt);
        this.status.answered(call, performance.now() - startedAt);
        return value;
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        if (error.retryAfterMs !== null && error.answered) this.standoffs.begin(call, error.retryAfterMs);
        const delayMs = this.retryDelayMs(call, error, attempt);
        this.tellFailure(call, error, attempt, performance.now() - startedAt, delayMs);
        if (delayMs === null) throw error;
        this.metrics.retried(call);
        previous = error.answered ? 'answered' : 'unanswered';
        await sleep(delayMs, undefined, { signal: call.deadline.signal }).catch(() => {
          throw error; // The caller left or the budget ended while waiting: the last failure stands.
        });
      }
    }
  }

  private async attempt<T>(call: UpstreamCall<T>, previous: PreviousAttempt): Promise<Outcome<T>> {
    const attemptTimeout = AbortSignal.timeout(call.attemptTimeoutMs);
    try {
      const response = await this.http.axiosRef.request<Buffer>({
        method: call.method,
        url: call.url,
        headers: call.headers(previous),
        data: call.body,
        signal: AbortSignal.any([attemptTimeout, call.deadline.signal]),
      });
      return outcomeOf(call, response);
    } catch (error) {
      // Only codes leave here: the client's own error object holds headers and the body.
      throw error instanceof UpstreamError ? error : failureOf(call, error, attemptTimeout.aborted);
    }
  }

  private retryDelayMs(call: UpstreamCall<unknown>, error: UpstreamError, attempt: number): number | null {
    const delayMs = call.once ? null : retryDelayMs(error, attempt, call.deadline.remainingMs());
    if (delayMs === null || this.gates.retryBudget(call.upstream).withdraw(performance.now())) return delayMs;
    this.metrics.retryRefused(call);
    return null;
  }

  private tellFailure(
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
      ...(status === null ? {} : { status }),
      ...(delayMs === null ? {} : { delayMs: Math.round(delayMs) }),
    };
    // A call that its caller gave up is no news; nor is the next one that a gate turned away.
    const level = call.deadline.cancelled || !error.sent ? 'debug' : 'warn';
    this.log[level](line, 'upstream call failed');
  }
}

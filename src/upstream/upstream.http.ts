import { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger } from 'pino';
import { LOGGER } from '../telemetry/logger.ts';
import { answerOf, failureOf, type UpstreamAnswer } from './outcome.ts';
import { retryDelayMs } from './retry.ts';
import { type PreviousAttempt, type UpstreamCall } from './upstream-call.ts';
import { UpstreamError } from './upstream.error.ts';

/** The one place from which anything is asked of the world outside. */
@Injectable()
export class UpstreamHttp {
  constructor(
    private readonly http: HttpService,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Makes the call, once more where that can heal.
   * @returns the answer, whatever its status below 500 (but not 3xx or 429), parsed
   * @throws UpstreamError when there is no usable answer
   */
  async send(call: UpstreamCall): Promise<UpstreamAnswer> {
    let previous: PreviousAttempt = 'none';
    for (let attempt = 1; ; attempt += 1) {
      const startedAt = performance.now();
      try {
        return await this.attempt(call, previous);
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        const delayMs = retryDelayMs(error, attempt, call.deadline.remainingMs());
        this.logFailure(call, error, attempt, startedAt, delayMs);
        if (delayMs === null) throw error;
        previous = error.answered ? 'answered' : 'unanswered';
        await sleep(delayMs, undefined, { signal: call.deadline.signal }).catch(() => {
          throw error; // The caller left or the budget ended while waiting: the last failure stands.
        });
      }
    }
  }

  private async attempt(call: UpstreamCall, previous: PreviousAttempt): Promise<UpstreamAnswer> {
    const { upstream, operation } = call;
    if (call.deadline.signal.aborted || call.deadline.remainingMs() < 1)
      throw new UpstreamError({
        upstream,
        operation,
        state: 'skipped_budget',
        answered: false,
        retryable: false,
        reason: 'no time left',
      });
    const attemptTimeout = AbortSignal.timeout(call.attemptTimeoutMs);
    try {
      const response = await this.http.axiosRef.request<Buffer>({
        method: call.method,
        url: call.url,
        headers: call.headers(previous),
        data: call.body,
        signal: AbortSignal.any([attemptTimeout, call.deadline.signal]),
      });
      return answerOf(call, response);
    } catch (error) {
      if (error instanceof UpstreamError) throw error;
      // Only codes leave here: the client's own error object holds headers and the body.
      throw failureOf(call, error, attemptTimeout.aborted);
    }
  }

  private logFailure(
    call: UpstreamCall,
    error: UpstreamError,
    attempt: number,
    startedAt: number,
    delayMs: number | null,
  ): void {
    const level = call.deadline.cancelled ? 'debug' : 'warn';
    this.log[level](
      {
        upstream: call.upstream,
        operation: call.operation,
        state: error.state,
        reason: error.reason,
        attempt,
        durationMs: Math.round(performance.now() - startedAt),
        delayMs,
        requestId: call.requestId,
        upstreamRequestId: error.upstreamRequestId,
        ...(error.status === null ? {} : { status: error.status }),
      },
      'upstream call failed',
    );
  }
}

import { type AxiosResponse, isAxiosError } from 'axios';
import { parseJson } from './json.ts';
import { retryAfterMs } from './retry-after.ts';
import { type UpstreamCall } from './upstream-call.ts';
import { UpstreamError } from './upstream.error.ts';

/** An answer that can be read: a 2xx with a JSON body, or a 4xx (not 429) whose body may not be JSON. */
export interface UpstreamAnswer {
  readonly status: number;
  /** Parsed; undefined when a 4xx carried no JSON. */
  readonly body: unknown;
  readonly upstreamRequestId: string | null;
}

/** 501 and 505 say that asking again is pointless; these can pass. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** @throws UpstreamError for 3xx, 429, 5xx and a 2xx that is not JSON */
export function answerOf(call: UpstreamCall, response: AxiosResponse<Buffer>): UpstreamAnswer {
  const { status } = response;
  const upstreamRequestId = plainId(response.headers['x-request-id']);
  const facts = { upstream: call.upstream, operation: call.operation, answered: true, status, upstreamRequestId };
  const waitMs = retryAfterMs(response.headers['retry-after'], Date.now());

  if (status === 429)
    throw new UpstreamError({
      ...facts,
      state: 'throttled',
      retryable: true,
      retryAfterMs: waitMs,
      reason: 'status 429',
    });
  if (status >= 500)
    throw new UpstreamError({
      ...facts,
      state: 'upstream_error',
      retryable: PASSING_STATUSES.has(status),
      retryAfterMs: waitMs,
      reason: `status ${status}`,
    });
  if (status >= 300 && status < 400)
    throw new UpstreamError({
      ...facts,
      state: 'upstream_error',
      retryable: false,
      reason: 'a redirect, which is not followed',
    });

  const body = isJson(response.headers['content-type']) ? parseJson(response.data) : undefined;
  if (status < 300 && body === undefined)
    throw new UpstreamError({ ...facts, state: 'malformed', retryable: false, reason: 'the body is not JSON' });
  return { status, body, upstreamRequestId };
}

/** The failure of a call that threw instead of answering; only its code is kept. */
export function failureOf(call: UpstreamCall, error: unknown, attemptTimedOut: boolean): UpstreamError {
  const facts = { upstream: call.upstream, operation: call.operation };
  const answered = isAxiosError(error) && error.response !== undefined;
  if (attemptTimedOut || call.deadline.signal.aborted) {
    const reason = call.deadline.cancelled ? 'nobody waits for it any more' : 'cut at its deadline';
    return new UpstreamError({ ...facts, state: 'timeout', answered, retryable: false, reason });
  }
  const code = isAxiosError(error) ? (error.code ?? 'unknown') : 'unknown';
  if (isAxiosError(error) && error.message.startsWith('maxContentLength'))
    return new UpstreamError({
      ...facts,
      state: 'malformed',
      answered: true,
      retryable: false,
      reason: 'the body is too large',
    });
  return new UpstreamError({
    ...facts,
    state: 'upstream_error',
    answered,
    retryable: answered || code === 'ECONNRESET' || code === 'EPIPE',
    reason: code,
  });
}

function isJson(contentType: unknown): boolean {
  return (
    contentType === undefined ||
    (typeof contentType === 'string' && /^application\/([\w.+-]+\+)?json\b/i.test(contentType.trim()))
  );
}

function plainId(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? value : null;
}

import { type AxiosError, type AxiosResponse, isAxiosError } from 'axios';
import { type ClientRequest } from 'node:http';
import { InexactNumberError } from '../json/exact-number.ts';
import { parseJson } from '../json/json.ts';
import { SLOW_SHARE } from '../resilience/circuit-breaker.ts';
import { retryAfterMs } from './retry-after.ts';
import { type Reading, type UpstreamAnswer, type UpstreamCall } from './upstream-call.ts';
import { UpstreamError } from './upstream-error.ts';

/** A definite answer: its state for the metrics, and its value. */
export interface Outcome<T> {
  readonly state: string;
  readonly value: T;
}

/** These may be temporary. 501 and 505 are not, so a retry is pointless. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/**
 * @param now the time of day, to compare with a date in `Retry-After`
 * @throws UpstreamError for 3xx, 429, 5xx, a 2xx other than 200, a 200 that is not JSON, and an answer that `call.read` cannot use
 */
export function outcomeOf<T>(call: UpstreamCall<T>, response: AxiosResponse<Buffer>, now: number): Outcome<T> {
  const { status } = response;
  const facts = {
    upstream: call.upstream,
    operation: call.operation,
    answered: true,
    status,
    upstreamRequestId: plainId(response.headers['x-request-id']),
  };
  const failure = failureOfStatus(status, () => retryAfterMs(response.headers['retry-after'], now));
  if (failure) throw new UpstreamError({ ...facts, ...failure });
  const body = isJson(response.headers['content-type']) ? parseJson(response.data) : undefined;
  if (status < 300 && body === undefined)
    throw new UpstreamError({ ...facts, state: 'malformed', retryable: false, reason: 'the body is not JSON' });
  const reading = read(call, { status, body });
  if ('failure' in reading) throw new UpstreamError({ ...facts, ...reading, state: reading.failure, retryable: false });
  return reading;
}

/**
 * Why an answer with this status is not read; null: it is.
 * @param retryAfter reads the header `Retry-After`, which counts only for 429 and 5xx
 */
function failureOfStatus(
  status: number,
  retryAfter: () => number | null,
): Pick<UpstreamError, 'state' | 'retryable' | 'reason' | 'retryAfterMs'> | null {
  const reason = `status ${status}`;
  if (status === 429) return { state: 'throttled', retryable: true, reason, retryAfterMs: retryAfter() };
  if (status >= 500) {
    const retryable = TRANSIENT_STATUSES.has(status);
    return { state: 'upstream_error', retryable, reason, retryAfterMs: retryAfter() };
  }
  if (status >= 400 || status === 200) return null;
  const unusable = { retryable: false, retryAfterMs: null };
  if (status >= 300) return { ...unusable, state: 'upstream_error', reason: 'a redirect, which is not followed' };
  // 206 is a part of the answer, 202 comes before it, and 203 is a proxy's version of it.
  return { ...unusable, state: 'malformed', reason: `${reason} is not a whole answer` };
}

function read<T>(call: UpstreamCall<T>, answer: UpstreamAnswer): Reading<T> {
  try {
    return call.read(answer);
  } catch (error) {
    if (!(error instanceof InexactNumberError)) throw error;
    return { failure: 'malformed', reason: error.message };
  }
}

/** The failure of a call that has thrown. It keeps only the code of the error. */
export function failureOf(call: UpstreamCall<unknown>, error: unknown, elapsedMs: number): UpstreamError {
  const facts = { upstream: call.upstream, operation: call.operation };
  const answered = isAxiosError(error) && hasBegunToAnswer(error);
  if (elapsedMs >= call.attemptTimeoutMs || call.deadline.signal.aborted) {
    const inconclusive = elapsedMs < SLOW_SHARE * call.attemptTimeoutMs;
    const reason = call.deadline.cancelled ? 'all callers have left' : 'cut at its deadline';
    return new UpstreamError({ ...facts, state: 'timeout', answered, inconclusive, retryable: false, reason });
  }
  if (isAxiosError(error) && error.message.startsWith('maxContentLength'))
    return new UpstreamError({
      ...facts,
      state: 'malformed',
      answered: true,
      retryable: false,
      reason: 'the body is too large',
    });
  const code = isAxiosError(error) ? (error.code ?? 'unknown') : 'unknown';
  const retryable = answered || code === 'ECONNRESET' || code === 'EPIPE';
  const idleClosed = retryable && !answered && isAxiosError(error) && requestOf(error)?.reusedSocket === true;
  return new UpstreamError({ ...facts, state: 'upstream_error', answered, idleClosed, retryable, reason: code });
}

/** axios may report a connection that breaks during the body as a failure of the request, without the response. */
function hasBegunToAnswer(error: AxiosError): boolean {
  return error.response !== undefined || requestOf(error)?.res != null;
}

function requestOf(error: AxiosError): (ClientRequest & { readonly res?: unknown }) | undefined {
  return error.request as (ClientRequest & { readonly res?: unknown }) | undefined;
}

function isJson(contentType: unknown): boolean {
  if (contentType === undefined) return true;
  return typeof contentType === 'string' && /^application\/([\w.+-]+\+)?json\b/i.test(contentType);
}

function plainId(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? value : null;
}

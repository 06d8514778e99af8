import { describe, expect, it } from '@jest/globals';
import { AxiosError, AxiosHeaders, type AxiosResponse } from 'axios';
import { ClientRequest } from 'node:http';
import { InexactNumberError } from '../../src/json/exact-number.ts';
import { Deadline } from '../../src/resilience/deadline.ts';
import { CallWait } from '../../src/upstream/call-context.ts';
import { failureOf, outcomeOf } from '../../src/upstream/outcome.ts';
import { type UpstreamCall } from '../../src/upstream/upstream-call.ts';
import { UpstreamError } from '../../src/upstream/upstream-error.ts';
import { TestClock } from '../support/test-clock.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const clock = new TestClock();
clock.stop();

/** A call that gives back what it was given to read. */
const call = (more: Partial<UpstreamCall<unknown>> = {}): UpstreamCall<unknown> => ({
  upstream: 'reseller',
  operation: 'get_customer',
  organisation: 'org',
  method: 'GET',
  url: 'http://127.0.0.1:9/zq7',
  headers: () => ({}),
  attemptTimeoutMs: 1000,
  deadline: new Deadline(clock, 5000),
  wait: new CallWait(),
  requestId: 'r1',
  read: (answer) => ({ state: 'ok', value: answer }),
  ...more,
});

type Headers = Readonly<Record<string, string>>;
const JSON_TYPE: Headers = { 'content-type': 'application/json' };

function answer(status: number, body = '{"a":1}', headers: Headers = JSON_TYPE): AxiosResponse<Buffer> {
  const config = { headers: new AxiosHeaders() };
  return { status, statusText: '', data: Buffer.from(body), headers: new AxiosHeaders({ ...headers }), config };
}

/** The error of an answer that cannot be used. */
function refused(response: AxiosResponse<Buffer>, one = call()): UpstreamError {
  try {
    outcomeOf(one, response, NOW);
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new Error('the answer was used');
}

describe('an answer', () => {
  it.each([200, 400, 401, 403, 404, 422, 499])('with %d is read, with its body', (status) => {
    expect(outcomeOf(call(), answer(status), NOW)).toStrictEqual({ state: 'ok', value: { status, body: { a: 1 } } });
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    ' application/json',
    'application/problem+json',
    'application/vnd.example.v3+json;q=1',
  ])('of the type %j has a body', (type) => {
    expect(outcomeOf(call(), answer(404, '{"a":1}', { 'content-type': type }), NOW).value).toMatchObject({
      body: { a: 1 },
    });
  });

  it('without a type has a body, if it is JSON', () => {
    expect(outcomeOf(call(), answer(200, '{"a":1}', {}), NOW).value).toMatchObject({ body: { a: 1 } });
    expect(refused(answer(200, '<html>', {}))).toMatchObject({ state: 'malformed', reason: 'the body is not JSON' });
  });

  it.each(['text/html', 'text/json', 'application/jsonp', 'application/xjson', 'x-application/json', 'application/x json', ''])(
    'of the type %j has none',
    (type) => {
      const typed = { 'content-type': type };
      expect(outcomeOf(call(), answer(404, '{"a":1}', typed), NOW).value).toStrictEqual({ status: 404, body: undefined });
      expect(refused(answer(200, '{"a":1}', typed))).toMatchObject({ state: 'malformed', retryable: false });
    },
  ); // prettier-ignore

  it('with 200 that is not JSON is malformed, and with 400 it may be read', () => {
    const error = refused(answer(200, '{"a"'));
    expect(error).toMatchObject({ state: 'malformed', retryable: false, answered: true, status: 200, reason: 'the body is not JSON' });
    expect(outcomeOf(call(), answer(400, '{"a"'), NOW).value).toStrictEqual({ status: 400, body: undefined });
  }); // prettier-ignore

  it.each([
    [201, 'malformed', false, 'status 201 is not a whole answer'],
    [206, 'malformed', false, 'status 206 is not a whole answer'],
    [300, 'upstream_error', false, 'a redirect, which is not followed'],
    [399, 'upstream_error', false, 'a redirect, which is not followed'],
    [429, 'throttled', true, 'status 429'],
    [500, 'upstream_error', true, 'status 500'],
    [501, 'upstream_error', false, 'status 501'],
    [502, 'upstream_error', true, 'status 502'],
    [503, 'upstream_error', true, 'status 503'],
    [504, 'upstream_error', true, 'status 504'],
    [505, 'upstream_error', false, 'status 505'],
  ])('with %d is %s', (status, state, retryable, reason) => {
    const facts = { upstream: 'reseller', operation: 'get_customer', state, retryable, reason, status, answered: true };
    expect(refused(answer(status))).toMatchObject({ ...facts, upstreamRequestId: null, retryAfterMs: null });
  });

  it('may say when to try again, if it is throttled or failed', () => {
    const waits = (status: number): number | null =>
      refused(answer(status, '', { 'retry-after': 'Sun, 01 Mar 2026 12:00:07 GMT' })).retryAfterMs;
    expect([429, 500, 503, 501, 300, 201].map(waits)).toStrictEqual([7000, 7000, 7000, 7000, null, null]);
  });

  it('has an id, if it is short and plain', () => {
    const idOf = (id: string): string | null => refused(answer(500, '', { 'x-request-id': id })).upstreamRequestId;
    for (const id of ['a', 'a.b:c-d_1', 'x'.repeat(128)]) expect(idOf(id)).toBe(id);
    for (const id of ['', 'a b', 'x'.repeat(129), 'a/b', 'é', '"a"']) expect(idOf(id)).toBeNull();
  });

  it('that its reader refuses is a failure that is not repeated', () => {
    const reading = { failure: 'unauthorised', reason: 'our words', event: 'e' } as const;
    const error = refused(answer(401), call({ read: () => reading }));
    expect(error).toMatchObject({ state: 'unauthorised', reason: 'our words', event: 'e', retryable: false, status: 401 });
  }); // prettier-ignore

  it('with a number that is not exact is malformed, and no other error is hidden', () => {
    const thrower = (error: Error): UpstreamCall<unknown> =>
      call({
        read: () => {
          throw error;
        },
      });
    const error = refused(answer(200), thrower(new InexactNumberError()));
    expect(error).toMatchObject({ state: 'malformed', reason: 'a number has too many digits', retryable: false });
    expect(() => outcomeOf(thrower(new RangeError('ours')), answer(200), NOW)).toThrow(new RangeError('ours'));
  });
});

describe('a call that has thrown', () => {
  /** A request that was never sent. */
  const request = (more: object = {}): ClientRequest =>
    Object.assign(Object.create(ClientRequest.prototype) as ClientRequest, more);
  const failed = (code?: string, sent: object | null = {}, message = 'zq7'): AxiosError =>
    new AxiosError(message, code, undefined, sent && request(sent));

  it.each([
    ['ECONNRESET', {}, { answered: false, retryable: true, idleClosed: false }],
    ['EPIPE', {}, { answered: false, retryable: true, idleClosed: false }],
    ['ECONNRESET', { reusedSocket: true }, { answered: false, retryable: true, idleClosed: true }],
    ['ECONNRESET', { reusedSocket: true, res: {} }, { answered: true, retryable: true, idleClosed: false }],
    ['ECONNREFUSED', { reusedSocket: true }, { answered: false, retryable: false, idleClosed: false }],
    ['ECONNABORTED', { res: {} }, { answered: true, retryable: true, idleClosed: false }],
    ['ECONNRESET', null, { answered: false, retryable: true, idleClosed: false }],
    ['ECONNREFUSED', null, { answered: false, retryable: false, idleClosed: false }],
  ])('with %s of the request %j', (code, sent, facts) => {
    const error = failureOf(call(), failed(code, sent), 10);
    expect(error).toMatchObject({ upstream: 'reseller', operation: 'get_customer', state: 'upstream_error', reason: code, ...facts });
    expect(JSON.stringify(error)).not.toContain('zq7');
  }); // prettier-ignore

  it('after a response had begun may be repeated', () => {
    const error = new AxiosError('zq7', 'ERR_BAD_RESPONSE', undefined, undefined, answer(200));
    expect(failureOf(call(), error, 10)).toMatchObject({ answered: true, retryable: true, idleClosed: false });
  });

  it('with another error keeps nothing of it', () => {
    for (const error of [new Error('zq7'), Object.assign(new Error('zq7'), { code: 'ECONNRESET' }), 'zq7', null])
      expect(failureOf(call(), error, 10)).toMatchObject({ reason: 'unknown', retryable: false, answered: false });
    expect(failureOf(call(), failed(undefined), 10).reason).toBe('unknown');
  });

  it('because the body is too large is malformed', () => {
    const error = failed('ERR_BAD_RESPONSE', {}, 'maxContentLength size of 7 exceeded');
    expect(failureOf(call(), error, 10)).toMatchObject({ upstream: 'reseller', operation: 'get_customer', state: 'malformed', answered: true, retryable: false, reason: 'the body is too large' });
    expect(failureOf(call(), failed('EPIPE', {}, 'no maxContentLength'), 10).state).toBe('upstream_error');
    expect(failureOf(call(), new Error('maxContentLength'), 10).state).toBe('upstream_error');
  }); // prettier-ignore

  it('when its time was over is a timeout', () => {
    const facts = { upstream: 'reseller', operation: 'get_customer', state: 'timeout', retryable: false, reason: 'cut at its deadline' };
    expect(failureOf(call(), failed('ECONNRESET', { res: {} }), 1000)).toMatchObject({ ...facts, answered: true, inconclusive: false });
    expect(failureOf(call(), failed('ECONNRESET'), 1000)).toMatchObject({ ...facts, answered: false });
    expect(failureOf(call(), failed('ECONNRESET'), 999).state).toBe('upstream_error');
  }); // prettier-ignore

  it('when everybody has left is a timeout that says nothing, unless it took long', () => {
    const left = new AbortController();
    left.abort();
    const one = call({ deadline: new Deadline(clock, 5000, left.signal) });
    const facts = { state: 'timeout', retryable: false, reason: 'all callers have left' };
    expect(failureOf(one, failed('ERR_CANCELED'), 10)).toMatchObject({ ...facts, inconclusive: true });
    expect(failureOf(one, failed('ERR_CANCELED'), 799).inconclusive).toBe(true);
    expect(failureOf(one, failed('ERR_CANCELED'), 800).inconclusive).toBe(false);
  });
});

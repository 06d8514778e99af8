import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { pass } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { metric, resellerOnly } from '../upstream/reading.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start();
  await service.http.get(resellerOnly(stack, 1)[0] ?? '').expect(200);
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

/** So many calls are under way at once; the others wait for a place. */
const CONCURRENCY = 64;
const missingToken = { code: '4117', message: 'Authorization token is missing' };

describe('a token that expires in flight (401, or 403 with 4117) (F21)', () => {
  it('one refresh for all waiters, one repeat with new ids; 100 parallel → 1 token call', async () => {
    stack.sandbox.tokens.expireAll();
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    const reads = Promise.all(resellerOnly(stack, 100).map((path) => service.http.get(path)));
    await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === CONCURRENCY);
    stack.sandbox.faults.clear();
    const answers = await reads;
    expect(answers.map(({ status }) => status)).toStrictEqual(answers.map(() => 200));
    const { bySource, byStatus, replays, duplicateRequestIds } = stack.sandbox.traffic.counts;
    expect(bySource.token).toBe(1);
    expect(bySource.reseller).toBe(100 + (byStatus[401] ?? 0));
    expect(byStatus[401]).toBeGreaterThanOrEqual(CONCURRENCY);
    expect({ replays, duplicateRequestIds }).toStrictEqual({ replays: 0, duplicateRequestIds: 0 });
    const ids = stack.asked('reseller').flatMap(({ correlationId, requestId }) => [correlationId, requestId]);
    expect(new Set(ids).size).toBe(2 * bySource.reseller);
    expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(0);
  });

  it('is the same with 403 and 4117', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 403, body: missingToken, times: 1 });
    const [path = ''] = resellerOnly(stack, 1);
    await service.http.get(path).expect(200);
    expect(stack.sandbox.traffic.counts.bySource).toMatchObject({ reseller: 2, token: 1 });
  });
});

describe('a token that is refused again after the refresh (F22)', () => {
  it('no third try; `unauthorised`; at most one refresh per 10 s', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 401 });
    const answers = await Promise.all(resellerOnly(stack, 50).map((path) => service.http.get(path)));
    for (const { status, body } of answers) {
      expect(status).toBe(502);
      expect(body).toMatchObject({ code: 'source_failed', state: 'unauthorised', source: 'reseller' });
    }
    for (const path of resellerOnly(stack, 10)) await service.http.get(path).expect(502);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
    await pass(9_999, service);
    for (const path of resellerOnly(stack, 2)) await service.http.get(path).expect(502);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
    await pass(1, service);
    for (const path of resellerOnly(stack, 2)) await service.http.get(path).expect(502);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(2);
    // Twice each at most; once for calls that already had the new token.
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBeLessThanOrEqual(2 * 50 + 14 + 1);
    expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(0);
    stack.sandbox.faults.clear();
    await service.http.get(resellerOnly(stack, 1)[0] ?? '').expect(200);
  });
});

describe('a kept-alive connection that the token endpoint closes under a call', () => {
  const read = async (): Promise<number> => (await service.http.get(resellerOnly(stack, 1)[0] ?? '')).status;

  it('is no failure: the call is made again on a new one', async () => {
    stack.sandbox.tokens.expireAll();
    stack.sandbox.faults.set('token', { kind: 'reset', times: 1 });
    expect(await read()).toBe(200);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(2);
  });

  it('is made again once, and no other failure of the token endpoint is', async () => {
    stack.sandbox.tokens.expireAll();
    stack.sandbox.faults.set('token', { kind: 'reset' });
    expect(await read()).toBe(503);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(2);
    await pass(11_000, service);
    stack.sandbox.faults.set('token', { kind: 'status', status: 503 });
    expect(await read()).toBe(503);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(3);
  });
});

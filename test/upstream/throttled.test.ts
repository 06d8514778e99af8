import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { failedAttempts, linkedCustomer, resellerOnly, sourceOf, timedRead } from './reading.ts';

let stack: Stack;
let service: Service;
let other: Service;

beforeEach(async () => {
  // A Redis of its own for each: what one test was told holds for every service that shares it.
  stack = await startStack();
  [service, other] = await Promise.all([
    stack.start({ REQUEST_BUDGET_MS: '4000' }),
    stack.start({ REQUEST_BUDGET_MS: '4000' }),
  ]);
  await Promise.all([warm(service), warm(other)]);
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  await Promise.all([service.close(), other.close()]);
  await stack.close();
});

const warm = async (one: Service): Promise<unknown> => one.http.get(resellerOnly(stack, 1)[0] ?? '').expect(200);

const throttle = (source: 'reseller' | 'xero', retryAfter: string | null, times?: number): void => {
  const headers = retryAfter === null ? {} : { 'Retry-After': retryAfter };
  stack.sandbox.faults.set(source, { kind: 'status', status: 429, headers, ...(times ? { times } : {}) });
};

describe('429 with `Retry-After: 1` inside B', () => {
  it('waits, then asks with new ids: 200', async () => {
    throttle('reseller', '1', 1);
    const [path = ''] = resellerOnly(stack, 1);
    const { answer, elapsedMs } = await timedRead(service, path);
    expect(answer.status).toBe(200);
    expect(elapsedMs).toBeGreaterThanOrEqual(1000);
    const calls = stack.asked('reseller');
    expect(calls.map(({ status }) => status)).toStrictEqual([429, 200]);
    expect(new Set(calls.flatMap(({ correlationId, requestId }) => [correlationId, requestId])).size).toBe(4);
    expect(stack.sandbox.traffic.counts.replays).toBe(0);
  });

  it('holds for everybody: who asks meanwhile waits, too, and nobody is refused', async () => {
    throttle('reseller', '1', 1);
    const [first = '', ...paths] = resellerOnly(stack, 6);
    const reads = [timedRead(service, first)];
    await eventually('the service is told', () => failedAttempts(service, 'reseller').length === 1);
    reads.push(...paths.map((path) => timedRead(service, path)));
    for (const { answer, elapsedMs } of await Promise.all(reads)) {
      expect(answer.status).toBe(200);
      expect(elapsedMs).toBeGreaterThan(500);
    }
    expect(stack.sandbox.traffic.counts.byStatus[429]).toBe(1);
  });
});

describe.each([
  ['`Retry-After: 120`', () => '120', 110],
  ['a date two minutes from now', () => new Date(Date.now() + 120_000).toUTCString(), 110],
])('429 with %s', (_title, retryAfter, least) => {
  it('no wait: 503 `throttled` that carries Retry-After, and no further call, from another process either', async () => {
    throttle('reseller', retryAfter());
    const [first = '', second = '', third = ''] = resellerOnly(stack, 3);
    const { answer, elapsedMs } = await timedRead(service, first);
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ code: 'source_unavailable', state: 'throttled', source: 'reseller' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(least);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(121);
    expect(elapsedMs).toBeLessThan(1000);
    stack.sandbox.faults.clear();
    for (const [one, path] of [
      [service, second],
      [other, third],
    ] as const) {
      // prettier-ignore
      const { status, headers } = await one.http.get(path);
      expect(status).toBe(503);
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(least);
    }
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
  });

  it('from a connector: partial `throttled`, the reseller is still asked, the stale part is used', async () => {
    const known = linkedCustomer(stack);
    await service.http.get(known.path).expect(200);
    throttle('xero', retryAfter());
    const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
    expect(sourceOf(body, 'xero')).toMatchObject({ state: 'throttled', stale: false });
    expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok' });
    service.clock.pass(600);
    stack.sandbox.traffic.reset();
    const stale = await service.http.get(known.path).expect(200);
    expect(stale.body.complete).toBe(true);
    expect(sourceOf(stale.body, 'xero')).toMatchObject({ state: 'linked', stale: true });
    expect(stack.asked('xero')).toHaveLength(0);
  });
});

describe('429 with a senseless `Retry-After`', () => {
  it.each([null, '-5', 'soon', '31536000', '1.5', '', '99999999999999999999', 'Fri, 99 Foo 2099 00:00:00 GMT'])(
    '%j is treated as unknown: `throttled` at once, no retry, the next call is made',
    async (retryAfter) => {
      throttle('reseller', retryAfter, 1);
      const [first = '', second = ''] = resellerOnly(stack, 2);
      const { answer, elapsedMs } = await timedRead(service, first);
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ state: 'throttled' });
      expect(elapsedMs).toBeLessThan(1000);
      await service.http.get(second).expect(200);
      expect(stack.asked('reseller')).toHaveLength(2);
    },
  );
});

describe('a 503 with `Retry-After: 120`', () => {
  it('is obeyed like a 429', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 503, headers: { 'Retry-After': '120' } });
    const [first = '', second = ''] = resellerOnly(stack, 2);
    await service.http.get(first).expect(502);
    stack.sandbox.faults.clear();
    await eventually('the other process knows', async () => (await other.http.get(second)).status === 503);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { pass } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { type Answer, callsEnded, noCallUnderWay, resellerOnly, sourceOf } from '../upstream/reading.ts';

const BUDGET_MS = 2000;
const TOKEN_TIMEOUT_MS = 800;
/** What the issuer says that a token lives. */
const LIFE_MS = 86_399_000;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start({ REQUEST_BUDGET_MS: String(BUDGET_MS), RESELLER_TIMEOUT_MS: String(TOKEN_TIMEOUT_MS) });
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

const read = async (): Promise<number> => (await service.http.get(resellerOnly(stack, 1)[0] ?? '')).status;
const tokenCalls = (): number => stack.sandbox.traffic.counts.bySource.token;

/** The result of reads without a token. Time passes for those that wait for a hanging call. */
async function withoutToken<T>(fault: Fault, work: Promise<T>): Promise<T> {
  const calls = tokenCalls();
  if (fault.kind === 'hang') {
    await stack.sandbox.traffic.until(({ bySource }) => bySource.token > calls);
    service.clock.advance(TOKEN_TIMEOUT_MS);
  }
  return work;
}

const DOWN: readonly (readonly [string, Fault])[] = [
  ['answers 500', { kind: 'status', status: 500 }],
  ['hangs', { kind: 'hang' }],
  ['resets', { kind: 'reset' }],
  ['throttles', { kind: 'status', status: 429 }],
  ['answers without a token', { kind: 'body', body: '{"token_type":"bearer"}' }],
];

describe.each(DOWN)('the token endpoint %s while the old token is still valid (F23)', (_title, fault) => {
  it('the old token is used until it ends', async () => {
    expect(await read()).toBe(200);
    stack.sandbox.faults.set('token', fault);
    await pass(LIFE_MS - 170_000, service);
    expect(await Promise.all([read(), read(), read()])).toStrictEqual([200, 200, 200]);
    await stack.sandbox.traffic.until(({ bySource }) => bySource.token >= 2);
    await pass(130_000, service);
    await noCallUnderWay(service);
    // A reset may have come on a connection that was kept, which costs a second call.
    const callsSoFar = tokenCalls();
    expect(await read()).toBe(200);
    await stack.sandbox.traffic.until(({ bySource }) => bySource.token > callsSoFar);
    await pass(40_000, service);
    expect([502, 503, 504]).toContain(await withoutToken(fault, read()));
  });
});

describe('one refusal of a good token, while the issuer is away', () => {
  it('costs that call alone: the token is used on until it ends (U2)', async () => {
    expect(await read()).toBe(200);
    stack.sandbox.faults.set('token', { kind: 'status', status: 500 });
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 401, times: 1 });
    expect([502, 503]).toContain(await read());
    for (let reads = 0; reads < 3; reads += 1) {
      expect(await read()).toBe(200);
      await pass(1500, service);
    }
  });
});

describe('a token that is about to end', () => {
  it('is renewed ahead, behind the requests, with one call', async () => {
    expect(await read()).toBe(200);
    await pass(LIFE_MS - 170_000, service);
    stack.sandbox.faults.set('token', { kind: 'hold' });
    expect(await Promise.all([read(), read(), read(), read()])).toStrictEqual([200, 200, 200, 200]);
    stack.sandbox.faults.clear();
    await callsEnded(service, 2, 'reseller-token');
    await pass(170_000, service);
    expect(await read()).toBe(200);
    expect(tokenCalls()).toBe(2);
  });
});

describe.each(DOWN.slice(0, 3))('the token endpoint %s with no token (F23)', (_title, fault) => {
  it('503 within B, and at most one token call per second', async () => {
    stack.sandbox.faults.set('token', fault);
    const reads = (): Promise<readonly Answer[]> =>
      Promise.all(resellerOnly(stack, 10).map(async (path) => service.http.get(path)));
    for (const calls of [1, 2, 3]) {
      const askedAt = service.clock.monotonic();
      const first = await withoutToken(fault, reads());
      expect(service.clock.monotonic() - askedAt).toBeLessThan(BUDGET_MS);
      await pass(askedAt + 999 - service.clock.monotonic(), service);
      // The issuer is not called again within the second.
      for (const { status, headers } of [...first, ...(await reads())]) {
        expect(status).toBe(503);
        expect(headers['retry-after']).toMatch(/^\d+$/);
      }
      expect(tokenCalls()).toBe(calls);
      await pass(1, service);
    }
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(0);
    stack.sandbox.faults.clear();
    expect(await read()).toBe(200);
  });
});

describe('the token endpoint down with no token, when a stale part exists', () => {
  it('the stale part is answered', async () => {
    const keeping = await stack.start({ CACHE_STALE_SECONDS: '200000' });
    const [path = ''] = resellerOnly(stack, 1);
    await keeping.http.get(path).expect(200);
    stack.sandbox.faults.set('token', { kind: 'status', status: 500 });
    await pass(LIFE_MS, keeping);
    const { body } = await keeping.http.get(path).expect(200);
    expect(sourceOf(body, 'reseller')).toMatchObject({
      state: 'ok',
      stale: true,
      lastAttempt: { state: 'circuit_open' },
    });
    await keeping.close();
  });
});

describe('credentials that the token endpoint refuses', () => {
  it('are 502 `unauthorised`, and not asked about more than once a second', async () => {
    stack.sandbox.faults.set('token', { kind: 'status', status: 400 });
    const answers = await Promise.all(resellerOnly(stack, 30).map((path) => service.http.get(path)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.state}`))).toStrictEqual(
      new Set(['502 unauthorised']),
    );
    expect(tokenCalls()).toBe(1);
    await pass(1000, service);
    expect(await read()).toBe(502);
    expect(tokenCalls()).toBe(2);
  });
});

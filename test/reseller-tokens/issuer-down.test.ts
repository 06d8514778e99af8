import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/fault.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { resellerOnly, sourceOf, timedRead } from '../upstream/reading.ts';

const BUDGET_MS = 2000;
const DAY_SECONDS = 86_399;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start({ REQUEST_BUDGET_MS: String(BUDGET_MS), RESELLER_TIMEOUT_MS: '800' });
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

const read = async (): Promise<number> => (await service.http.get(resellerOnly(stack, 1)[0] ?? '')).status;
const tokenCalls = (): number => stack.sandbox.traffic.counts.bySource.token;

const DOWN: readonly (readonly [string, Fault])[] = [
  ['answers 500', { kind: 'status', status: 500 }],
  ['hangs', { kind: 'hang' }],
  ['resets', { kind: 'reset' }],
  ['throttles', { kind: 'status', status: 429 }],
  ['answers without a token', { kind: 'body', body: '{"token_type":"bearer"}' }],
];

describe.each(DOWN)('the token endpoint %s while the old token is still valid', (_title, fault) => {
  it('the old token is used until it ends', async () => {
    expect(await read()).toBe(200);
    stack.sandbox.faults.set('token', fault);
    service.clock.pass(DAY_SECONDS - 240);
    expect(await Promise.all([read(), read(), read()])).toStrictEqual([200, 200, 200]);
    await stack.sandbox.traffic.until(({ bySource }) => bySource.token >= 2);
    service.clock.pass(200);
    expect(await read()).toBe(200);
    service.clock.pass(100);
    expect([502, 503, 504]).toContain(await read());
  });
});

describe('a token that is about to end', () => {
  it('is renewed ahead, behind the requests, with one call', async () => {
    expect(await read()).toBe(200);
    service.clock.pass(DAY_SECONDS - 240);
    stack.sandbox.faults.set('token', { kind: 'delay', delayMs: 300 });
    expect(await Promise.all([read(), read(), read(), read()])).toStrictEqual([200, 200, 200, 200]);
    await eventually('the renewal has ended', () => stack.asked('token').at(-1)?.status === 200);
    service.clock.pass(300);
    expect(await read()).toBe(200);
    expect(tokenCalls()).toBe(2);
  });
});

describe.each(DOWN.slice(0, 3))('the token endpoint %s with no token', (_title, fault) => {
  it('503 within B, and at most one token call per second', async () => {
    stack.sandbox.faults.set('token', fault);
    const startedAt = performance.now();
    const statuses = new Set<number>();
    const caller = async (): Promise<void> => {
      while (performance.now() - startedAt < 1600) {
        const { answer, elapsedMs } = await timedRead(service, resellerOnly(stack, 1)[0] ?? '');
        statuses.add(answer.status);
        expect(elapsedMs).toBeLessThan(BUDGET_MS + 500);
        expect(answer.headers['retry-after']).toMatch(/^\d+$/);
        await new Promise((later) => setTimeout(later, 20));
      }
    };
    await Promise.all(Array.from({ length: 10 }, caller));
    const seconds = (performance.now() - startedAt) / 1000;
    expect(statuses).toStrictEqual(new Set([503]));
    expect(tokenCalls()).toBeGreaterThanOrEqual(2);
    expect(tokenCalls()).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(0);
    stack.sandbox.faults.clear();
    await eventually('it heals', async () => (await read()) === 200);
  });
});

describe('the token endpoint down with no token, when a stale part exists', () => {
  it('the stale part is answered', async () => {
    const keeping = await stack.start({ CACHE_STALE_SECONDS: '200000' });
    const [path = ''] = resellerOnly(stack, 1);
    await keeping.http.get(path).expect(200);
    stack.sandbox.faults.set('token', { kind: 'status', status: 500 });
    keeping.clock.pass(DAY_SECONDS + 1);
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
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { settled } from '../support/passing-time.ts';
import { metric, resellerOnly } from '../upstream/reading.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(() => {
  stack.sandbox.traffic.reset();
  stack.sandbox.faults.set('reseller', { kind: 'hang' });
});

afterEach(() => {
  stack.sandbox.faults.clear();
});

afterAll(() => stack.close());

it('an upstream that hangs opens its breaker even when the budget is shorter than the attempt’s timeout', async () => {
  const service = await stack.start({ RESELLER_TIMEOUT_MS: '60000', REQUEST_BUDGET_MS: '300' });
  const answers = Promise.all(resellerOnly(stack, 25).map((path) => service.http.get(path)));
  await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === 25);
  service.clock.advance(300);
  expect((await answers).map(({ status }) => status)).toStrictEqual(Array(25).fill(504));
  expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(2);
  await service.close();
});

it('callers in a hurry neither open the breaker of a healthy upstream nor lose its answer', async () => {
  const service = await stack.start({ RESELLER_TIMEOUT_MS: '10000', REQUEST_BUDGET_MS: '10000' });
  stack.sandbox.faults.set('reseller', { kind: 'hold' });
  const paths = resellerOnly(stack, 25);
  const answers = Promise.all(paths.map((path) => service.http.get(`${path}?budgetMs=300`)));
  await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === 25);
  service.clock.advance(300);
  expect((await answers).map(({ status }) => status)).toStrictEqual(Array(25).fill(504));
  stack.sandbox.faults.clear();
  await settled(service);
  expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(0);
  for (const path of paths) {
    const { headers } = await service.http.get(path).expect(200);
    expect(headers['cache-status']).toContain('; hit; ');
  }
  expect(stack.sandbox.traffic.counts).toMatchObject({ aborted: 0 });
  await service.close();
});

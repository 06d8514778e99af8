import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { metric, resellerOnly } from './reading.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});

afterEach(() => {
  stack.sandbox.faults.clear();
});

afterAll(() => stack.close());

it('an upstream that hangs opens its breaker also when the budget is shorter than an attempt may be', async () => {
  const service = await stack.start({ RESELLER_TIMEOUT_MS: '60000', REQUEST_BUDGET_MS: '300' });
  stack.sandbox.faults.set('reseller', { kind: 'hang' });
  const answers = await Promise.all(resellerOnly(stack, 25).map((path) => service.http.get(path)));
  expect(answers.map(({ status }) => status)).toStrictEqual(Array(25).fill(504));
  expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(2);
  await service.close();
});

it('callers in too much of a hurry do not open the breaker of an upstream that is well', async () => {
  const service = await stack.start({ RESELLER_TIMEOUT_MS: '10000', REQUEST_BUDGET_MS: '10000' });
  stack.sandbox.faults.set('reseller', { kind: 'delay', delayMs: 2000 });
  const answers = await Promise.all(resellerOnly(stack, 25).map((path) => service.http.get(`${path}?budgetMs=300`)));
  expect(answers.map(({ status }) => status)).toStrictEqual(Array(25).fill(504));
  expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(0);
  await service.close();
});

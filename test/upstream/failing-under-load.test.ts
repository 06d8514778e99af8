import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { metric, resellerOnly, sourceOf, timedRead } from './reading.ts';

const CALLS_A_SECOND = 150;
const SECONDS = 5;
const RESELLER = { upstream: 'reseller' };

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start({ RESELLER_QUOTA_CALLS: '100000' });
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

/** Reads each path when its moment comes, whatever became of the others. */
async function steadily(paths: readonly string[]): Promise<readonly { status: number; state: string }[]> {
  const startedAt = performance.now();
  return Promise.all(
    paths.map(async (path, index) => {
      const dueMs = (index * 1000) / CALLS_A_SECOND;
      await new Promise((due) => setTimeout(due, dueMs - (performance.now() - startedAt)));
      const { status, body } = await service.http.get(path);
      return { status, state: body.state as string };
    }),
  );
}

describe('500 under load', () => {
  it('retries ≤ 10 % of calls; breaker open; stale served; healed within 10 s of the upstream', async () => {
    const [known = '', unknown = '', ...paths] = resellerOnly(stack, 2 + CALLS_A_SECOND * SECONDS);
    await service.http.get(known).expect(200);
    service.clock.pass(600);
    stack.sandbox.traffic.reset();

    stack.sandbox.faults.set('reseller', { kind: 'status', status: 500 });
    const answers = await steadily(paths);
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([502, 503]));
    const turnedAway = answers.filter(({ state }) => state === 'circuit_open').length;
    expect(turnedAway).toBeGreaterThan(0.8 * paths.length);

    const retries = await metric(service, 'upstream_retries_total', RESELLER);
    const { reseller: calls } = stack.sandbox.traffic.counts.bySource;
    // A tenth of what was really sent, and the minimum: one to begin with and one in ten seconds.
    expect(retries).toBeLessThanOrEqual(0.1 * (calls - retries) + 2);
    expect(calls).toBeLessThan(0.2 * paths.length);
    expect(await metric(service, 'upstream_retry_budget_refusals_total', RESELLER)).toBeGreaterThan(0);
    expect(await metric(service, 'upstream_breaker_state', RESELLER)).toBe(2);

    const { answer: stale } = await timedRead(service, known);
    expect(stale.status).toBe(200);
    expect(sourceOf(stale.body, 'reseller')).toMatchObject({ state: 'ok', stale: true });
    expect(stack.sandbox.traffic.counts.bySource.reseller - calls).toBeLessThanOrEqual(1);

    stack.sandbox.faults.clear();
    const heals = async (): Promise<boolean> => (await service.http.get(unknown)).status === 200;
    await eventually('it heals', heals, 10_000);
    const after = await steadily(resellerOnly(stack, 30));
    expect(after.map(({ status }) => status)).toStrictEqual(after.map(() => 200));
    expect(await metric(service, 'upstream_breaker_state', RESELLER)).toBe(0);
  });
});

describe('refusals under load, which are answers', () => {
  it.each([
    [404, 404],
    [403, 502],
    [400, 502],
    [429, 503],
  ])('sixty times %d never open the breaker', async (upstreamStatus, ourStatus) => {
    stack.sandbox.faults.set('reseller', { kind: 'status', status: upstreamStatus });
    const answers = await Promise.all(resellerOnly(stack, 60).map((path) => service.http.get(path)));
    stack.sandbox.faults.clear();
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([ourStatus]));
    expect(await metric(service, 'upstream_breaker_state', RESELLER)).toBe(0);
  });
});

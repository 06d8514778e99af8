import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { metric, PATIENT_REDIS, resellerOnly, sourceOf } from '../upstream/reading.ts';

const CONCURRENCY = 20;
const EVERY_MS = 200;
const SECONDS = 5;
const RESELLER = { upstream: 'reseller' };

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start({ ...PATIENT_REDIS, RESELLER_QUOTA_CALLS: '100000' });
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

/** Reads the paths, some at once and the next ones a little later, whatever became of the others. */
async function steadily(paths: readonly string[]): Promise<readonly { status: number; state: string }[]> {
  const answers: { status: number; state: string }[] = [];
  for (let from = 0; from < paths.length; from += CONCURRENCY) {
    const reads = Promise.all(paths.slice(from, from + CONCURRENCY).map((path) => service.http.get(path)));
    for (const { status, body } of await throughWaits(service, reads))
      answers.push({ status, state: body.state as string });
    service.clock.advance(EVERY_MS);
  }
  return answers;
}

describe('500 under load (F11)', () => {
  it('retries ≤ 10 % of calls; breaker open; stale served; recovers within 6 s of the upstream', async () => {
    const [cached = '', uncached = '', ...paths] = resellerOnly(stack, 2 + (CONCURRENCY * SECONDS * 1000) / EVERY_MS);
    await service.http.get(cached).expect(200);
    await settled(service);
    service.clock.advance(600_000);
    stack.sandbox.traffic.reset();

    stack.sandbox.faults.set('reseller', { kind: 'status', status: 500 });
    const answers = await steadily(paths);
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([502, 503]));
    const turnedAway = answers.filter(({ state }) => state === 'circuit_open').length;
    expect(turnedAway).toBeGreaterThan(0.8 * paths.length);

    const retries = await metric(service, 'upstream_retries_total', RESELLER);
    const { reseller: calls } = stack.sandbox.traffic.counts.bySource;
    // A tenth of the calls really sent, and the minimum: one at the start and one in ten seconds.
    expect(retries).toBeLessThanOrEqual(0.1 * (calls - retries) + 2);
    expect(calls).toBeLessThan(0.2 * paths.length);
    expect(await metric(service, 'upstream_retry_budget_refusals_total', RESELLER)).toBeGreaterThan(0);
    expect(await metric(service, 'upstream_breaker_state', RESELLER)).toBe(2);

    const stale = await service.http.get(cached).expect(200);
    expect(sourceOf(stale.body, 'reseller')).toMatchObject({ state: 'ok', stale: true });
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(calls);

    stack.sandbox.faults.clear();
    await settled(service);
    service.clock.advance(6000);
    await service.http.get(uncached).expect(200);
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

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { metric, resellerOnly, sourceOf } from './reading.ts';

let stack: Stack;
let services: readonly [Service, Service];

beforeEach(async () => {
  stack = await startStack();
  const start = (): Promise<Service> =>
    stack.start({
      REQUEST_BUDGET_MS: '2000',
      REDIS_TIMEOUT_MS: '500',
      RESELLER_QUOTA_CALLS: '40',
      RESELLER_QUOTA_CALLS_ALONE: '10',
    });
  services = await Promise.all([start(), start()]);
});

afterEach(async () => {
  await Promise.all(services.map((service) => service.close()));
  await stack.close();
});

describe('the reseller API’s added delay above its soft limit', () => {
  it('our rate falls: two processes together keep to the quota, the rest is 503 with Retry-After; no retries', async () => {
    const reads = resellerOnly(stack, 100).map((path, index) => services[index % 2 ? 0 : 1].http.get(path));
    const answers = await Promise.all(reads);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(answers.length - refused.length).toBe(40);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(40);
    for (const { status, body, headers } of refused) {
      expect(status).toBe(503);
      expect(body).toMatchObject({ code: 'source_unavailable', state: 'throttled', source: 'reseller' });
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    }
    for (const service of services) expect(await metric(service, 'upstream_retries_total')).toBe(0);
  });

  it('who has time waits for the next free call', async () => {
    const patient = await stack.start({ REQUEST_BUDGET_MS: '8000', RESELLER_QUOTA_CALLS: '5' });
    const answers = await Promise.all(resellerOnly(stack, 10).map((path) => patient.http.get(path)));
    expect(answers.map(({ status }) => status)).toStrictEqual(answers.map(() => 200));
    await patient.close();
  });

  it('a stale part stands in for what the quota does not allow', async () => {
    const [service, other] = services;
    const [known = '', ...paths] = resellerOnly(stack, 60);
    await service.http.get(known).expect(200);
    await Promise.all(paths.map((path) => other.http.get(path)));
    service.clock.pass(600);
    const { body } = await service.http.get(known).expect(200);
    expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok', stale: true, lastAttempt: { state: 'throttled' } });
  });

  it('without Redis each process keeps to its own share', async () => {
    await stack.redis.kill();
    const reads = resellerOnly(stack, 60).map((path, index) => services[index % 2 ? 0 : 1].http.get(path));
    const statuses = (await Promise.all(reads)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(20);
  });
});

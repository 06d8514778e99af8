import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../../customer-profiles/stack.ts';
import { settled, throughWaits } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { TestClock } from '../../support/test-clock.ts';
import {
  type Answer,
  metric,
  passDuringFetches,
  PATIENT_REDIS,
  resellerOnly,
  sourceOf,
  timedRead,
} from '../reading.ts';

let stack: Stack;
let services: readonly [Service, Service];

beforeEach(async () => {
  stack = await startStack();
  const clock = new TestClock();
  const variables = {
    ...PATIENT_REDIS,
    CACHE_FAILURE_SECONDS: '1',
    RESELLER_QUOTA_CALLS: '40',
    RESELLER_QUOTA_CALLS_LOCAL: '10',
    REQUEST_BUDGET_MS: '2000',
  };
  const start = (): Promise<Service> => stack.start(variables, { clock, time: 'real' });
  services = await Promise.all([start(), start()]);
  clock.stop();
});

afterEach(async () => {
  await Promise.all(services.map((service) => service.close()));
  await stack.close();
});

/** So many reads at once, by turns of both processes. */
const readAll = (count: number): Promise<readonly Answer[]> =>
  Promise.all(resellerOnly(stack, count).map((path, index) => services[index % 2 ? 0 : 1].http.get(path)));

describe('the reseller API’s added delay above its soft limit (F12)', () => {
  it('our rate falls: two processes together keep to the quota, the rest is 503 with Retry-After; no retries', async () => {
    for (let pair = 0; pair < 20; pair += 1) for (const { status } of await readAll(2)) expect(status).toBe(200);
    for (const { status, body, headers } of await readAll(60)) {
      expect(status).toBe(503);
      expect(body).toMatchObject({ code: 'source_unavailable', state: 'throttled', source: 'reseller' });
      expect(headers['retry-after']).toBe('6');
    }
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(40);
    for (const service of services) expect(await metric(service, 'upstream_retries_total')).toBe(0);
  });

  it('a caller with time left waits for the next free call', async () => {
    const patient = await stack.start({ ...PATIENT_REDIS, REQUEST_BUDGET_MS: '8000', RESELLER_QUOTA_CALLS: '2' });
    await Promise.all(resellerOnly(stack, 2).map((path) => patient.http.get(path).expect(200)));
    const waiting = Promise.all(resellerOnly(stack, 2).map((path) => patient.http.get(path)));
    await patient.clock.whenSet((ms) => ms > 5000 && ms <= 5250, 2);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(2);
    await passDuringFetches(patient, 5250);
    for (const { status } of await waiting) expect(status).toBe(200);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(4);
    await patient.close();
  });

  it.each([
    ['waits', 7005, 200],
    ['is refused at once', 7004, 503],
  ])('a call that may be made in seven seconds %s when %d ms are left', async (_what, budgetMs, status) => {
    const service = await stack.start({ ...PATIENT_REDIS, REQUEST_BUDGET_MS: String(budgetMs) });
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 429, headers: { 'Retry-After': '7' } });
    const [first = '', second = ''] = resellerOnly(stack, 2);
    await service.http.get(first).expect(503);
    stack.sandbox.faults.clear();
    const read = timedRead(service, second);
    const { answer, elapsedMs } = await throughWaits(service, read, 7000, (ms) => ms === 7000);
    expect([answer.status, elapsedMs]).toStrictEqual([status, status === 200 ? 7000 : 0]);
    await service.close();
  });

  it('a stale part replaces a call that the quota refuses', async () => {
    const service = await stack.start({ ...PATIENT_REDIS, REQUEST_BUDGET_MS: '2000', RESELLER_QUOTA_CALLS: '1' });
    const [path = '', another = ''] = resellerOnly(stack, 2);
    await service.http.get(path).expect(200);
    await settled(service);
    service.clock.advance(600_000);
    await service.http.get(another).expect(200);
    const { body } = await service.http.get(path).expect(200);
    expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok', stale: true, lastAttempt: { state: 'throttled' } });
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(2);
    await service.close();
  });

  it('without Redis each process stays within its own share', async () => {
    await stack.redis.kill();
    const statuses = (await readAll(60)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(20);
  });
});

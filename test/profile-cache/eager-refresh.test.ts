import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { pass, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';
import { linkedAs, metric, openStage, type Stage, type StagedCustomer } from './stage.ts';

const AHEAD_SECONDS = 30;
const EAGER_REFRESHES = 'profile_cache_refreshes_total{reason="eager"}';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

/** A customer that is due in so many seconds; each on a service of its own, as each has its own time. */
async function dueIn(
  seconds: number,
): Promise<{ customer: StagedCustomer; hit: () => Promise<void>; service: Service }> {
  const service = await stage.service();
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  const { headers } = await service.http.get(customer.path).expect(200);
  const ttl = Number(/; ttl=(\d+)/.exec(headers['cache-status'] ?? '')?.[1]);
  await pass(1000 * (ttl - seconds), service);
  const hit = async (): Promise<void> => {
    const answer = await service.http.get(customer.path).expect(200);
    expect(answer.headers['cache-status']).toMatch(/; hit; ttl=\d+; detail=(local|redis)$/);
  };
  return { customer, hit, service };
}

const begun = (service: Service): Promise<void> =>
  eventually('a refresh is begun', async () => (await metric(service, EAGER_REFRESHES)) > 0);

describe('a customer that is read three times in the last tenth of its fresh time', () => {
  it('is refreshed before it is due, once, and no read waits for it', async () => {
    const { customer, hit, service } = await dueIn(AHEAD_SECONDS - 5);
    for (let reads = 0; reads < 10; reads += 1) await hit();
    await begun(service);
    await settled(service);
    const { headers } = await service.http.get(customer.path).expect(200);
    expect(Number(/; ttl=(\d+)/.exec(headers['cache-status'] ?? '')?.[1])).toBeGreaterThanOrEqual(AHEAD_SECONDS);
    for (const calls of Object.values(customer.calls())) expect(calls).toBeLessThanOrEqual(2);
    expect(await metric(service, EAGER_REFRESHES)).toBe(1);
  });

  it('keeps what it has when the refresh fails', async () => {
    const { hit, service } = await dueIn(AHEAD_SECONDS - 5);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 501 });
    stage.sandbox.faults.set('billing', { kind: 'status', status: 501 });
    for (let reads = 0; reads < 3; reads += 1) await hit();
    await begun(service);
    await settled(service);
    await hit();
  });
});

describe('a customer that is not popular is not refreshed eagerly:', () => {
  it.each([
    ['read twice in that time', AHEAD_SECONDS - 5, 2],
    ['read often, but earlier', AHEAD_SECONDS + 15, 20],
  ])('%s', async (_title, seconds, reads) => {
    const { customer, hit, service } = await dueIn(seconds);
    for (let read = 0; read < reads; read += 1) await hit();
    expect(await metric(service, EAGER_REFRESHES)).toBe(0);
    expect(customer.requests()).toHaveLength(12);
  });
});

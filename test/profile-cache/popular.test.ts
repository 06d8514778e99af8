import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from './stage.ts';

const AHEAD_SECONDS = 30;

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
  await stage.kept(customer);
  const ttl = Number(/; ttl=(\d+)/.exec(headers['cache-status'] ?? '')?.[1]);
  service.clock.pass(ttl - seconds);
  const hit = async (): Promise<void> => {
    const answer = await service.http.get(customer.path).expect(200);
    expect(answer.headers['cache-status']).toMatch(/; hit; ttl=\d+; detail=(local|redis)$/);
  };
  return { customer, hit, service };
}

describe('a customer that is read three times in the last tenth of its fresh time', () => {
  it('is refreshed before it is due, once, and nobody waits for it', async () => {
    const { customer, hit, service } = await dueIn(AHEAD_SECONDS - 5);
    for (let reads = 0; reads < 10; reads += 1) await hit();
    await eventually('it is kept', async () => {
      const { headers } = await service.http.get(customer.path).expect(200);
      return Number(/; ttl=(\d+)/.exec(headers['cache-status'] ?? '')?.[1]) > AHEAD_SECONDS - 3;
    });
    for (const calls of Object.values(customer.calls())) expect(calls).toBeLessThanOrEqual(2);
    const { text } = await service.http.get('/metrics');
    expect(text).toContain('profile_cache_refreshes_total{reason="ahead"} 1');
  });

  it('keeps what it has when the refresh fails', async () => {
    const { hit, service } = await dueIn(AHEAD_SECONDS - 5);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 501 });
    stage.sandbox.faults.set('billing', { kind: 'status', status: 501 });
    for (let reads = 0; reads < 3; reads += 1) await hit();
    await eventually('a refresh was begun', async () => {
      const { text } = await service.http.get('/metrics');
      return text.includes('profile_cache_refreshes_total{reason="ahead"} 1');
    });
    await hit();
  });
});

describe('a customer that is not popular is not refreshed ahead:', () => {
  it.each([
    ['read twice in that time', AHEAD_SECONDS - 5, 2],
    ['read often, but earlier', AHEAD_SECONDS + 15, 20],
  ])('%s', async (_title, seconds, reads) => {
    const { customer, hit, service } = await dueIn(seconds);
    for (let read = 0; read < reads; read += 1) await hit();
    const { text } = await service.http.get('/metrics');
    expect(text).not.toContain('reason="ahead"');
    expect(customer.requests()).toHaveLength(12);
  });
});

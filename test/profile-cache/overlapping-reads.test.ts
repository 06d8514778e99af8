import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { linkedAs, openStage, type ReadProfile, type Stage, type StagedCustomer } from './stage.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
});

afterEach(async () => {
  stage.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stage.close());

const shown = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
  const { body } = await service.http.get(path).set(headers).expect(200);
  const { name, connectors } = body as ReadProfile & { name: string };
  return `${name}, ${String(connectors?.find((one) => one.name === 'stripe')?.referenceId)}`;
};

/** A read that has the old name and waits for Stripe, while a later one, with `no-cache`, gets everything new. */
async function overtaken(customer: StagedCustomer, path: string): Promise<{ readonly older: Promise<string> }> {
  stage.sandbox.faults.set('stripe', { kind: 'hold', times: 1 });
  const older = shown(path);
  await stage.sandbox.traffic.until(() => customer.requests().length === 12);
  // What has come of the older one is written, and its leases are given back.
  await eventually('the older one waits for Stripe alone', async () => {
    service.clock.advance(BATCH_MS);
    const others = `${path}${path.includes('?') ? '&' : '?'}connectors=xero`;
    return (await service.http.get(others).set('cache-control', 'only-if-cached')).status === 200;
  });
  stage.rename(customer, 'Ravensworth Renamed', { stripe: linkedAs('cus_2') });
  expect(await shown(customer.path, { 'cache-control': 'no-cache' })).toBe('Ravensworth Renamed, cus_2');
  return { older };
}

describe('a read that ends after a later one (W2) does not bring the older answer back', () => {
  it('without Redis', async () => {
    service = await startService(sandboxVariables(stage.sandbox.url));
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const { older } = await overtaken(customer, customer.path);
    stage.sandbox.faults.clear();
    await older;
    await settled(service);
    expect(await shown(customer.path)).toBe('Ravensworth Renamed, cus_2');
  });

  it('when Redis, which has the later one, goes away before it can refuse the older one', async () => {
    service = await stage.service({ CACHE_LOCAL_SECONDS: '60' });
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const { customerId, billingCustomerId } = customer;
    await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
    const { older } = await overtaken(customer, customer.unlinkedPath);
    await stage.kept(customer);
    await stage.redis.kill();
    await eventually('the loss is noticed', () => service.app.get(RedisConnection, { strict: false }).client?.status !== 'ready'); // prettier-ignore
    stage.sandbox.faults.clear();
    await older;
    await settled(service);
    expect(await shown(customer.unlinkedPath)).toBe('Ravensworth Renamed, cus_2');
  });
});

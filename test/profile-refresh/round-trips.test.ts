import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { type Relay, startRelay } from '../redis/parts.ts';
import { pass, quietBackground, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';

const TRIPS = 2;

let stage: Stage;
let relay: Relay;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  relay = await startRelay(stage.redis.port);
  service = await stage.service({ REDIS_URL: `redis://127.0.0.1:${relay.port}` });
  await quietBackground(service);
  // The token is known, and so are the scripts.
  await service.http.get(stage.customer().path).expect(200);
  await settled(service);
});

afterAll(async () => {
  await stage.close();
  await relay.close();
});

/** A customer with a stored link. */
async function linkedCustomer(): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  const { billingCustomerId } = customer;
  await service.http.put(`/v1/customer-links/${customer.customerId}`).send({ billingCustomerId }).expect(201);
  await settled(service);
  return customer;
}

/** How often Redis is asked, and answers, until each source has been asked. */
async function roundTrips(customer: StagedCustomer, headers: Record<string, string> = {}): Promise<number> {
  for (const source of ['reseller', 'billing'] as const) stage.sandbox.faults.set(source, { kind: 'hold' });
  const asked = customer.requests().length;
  const before = relay.roundTrips();
  const read = service.http
    .get(customer.unlinkedPath)
    .set(headers)
    .then((answer) => answer);
  await stage.sandbox.traffic.until(() => customer.requests().length === asked + 12);
  const trips = relay.roundTrips() - before;
  stage.sandbox.faults.clear();
  expect((await read).status).toBe(200);
  await settled(service);
  return trips;
}

/** The fewest of a few attempts: a busy machine splits what is sent together, and never joins what waits for an answer. */
async function fewestTrips(attempt: () => Promise<number>, enough = TRIPS): Promise<number> {
  let fewest = Infinity;
  for (let made = 0; made < 20 && fewest > enough; made += 1) fewest = Math.min(fewest, await attempt());
  return fewest;
}

describe('the first call to every source is made after', () => {
  it('two round trips of Redis, when nothing is cached', async () => {
    expect(await fewestTrips(async () => roundTrips(await linkedCustomer()))).toBe(TRIPS);
  });

  it('two round trips of Redis, when all is to be fetched again', async () => {
    const again = async (): Promise<number> => {
      const customer = await linkedCustomer();
      await service.http.get(customer.unlinkedPath).expect(200);
      await pass(10_000, service);
      // What the process asks each second, before whatever else it asks, is asked for another customer.
      await service.http.get(stage.customer().path).expect(200);
      await settled(service);
      return roundTrips(customer, { 'cache-control': 'no-cache' });
    };
    expect(await fewestTrips(again)).toBe(TRIPS);
  });
});

describe('a batch of customers that Redis has', () => {
  it('is read in one round trip', async () => {
    const customers = Array.from({ length: 20 }, () => stage.customer());
    for (const { unlinkedPath } of customers) await service.http.get(unlinkedPath).expect(200);
    await settled(service);
    const url = `redis://127.0.0.1:${relay.port}`;
    const reader = await stage.service({ REDIS_URL: url, CACHE_LOCAL_SECONDS: '0' });
    await quietBackground(reader);
    const customerIds = customers.map(({ customerId }) => customerId);
    const trips = await fewestTrips(async () => {
      const before = relay.roundTrips();
      const { body } = await reader.http.post('/v1/customer-profiles/batch-get').send({ customerIds }).expect(200);
      expect((body.results as { status: number }[]).every(({ status }) => status === 200)).toBe(true);
      return relay.roundTrips() - before;
    }, 1);
    expect(trips).toBe(1);
    expect(customers.map((one) => one.calls())).toEqual(customers.map(() => ({ reseller: 1 })));
  });
});

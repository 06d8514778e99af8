import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ResponseBuilder } from '../../src/profile-refresh/response-builder.ts';
import { WORK_TURNS } from '../../src/resilience/work-turns.ts';
import { linkedAs, metric, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass, settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

const FRESH_SECONDS = 60;
const WAIT_MS = 500;

let stage: Stage;
let service: Service;
let isOver = false;
let turn = 0;
/** The turn of the event loop in which each record was put together. */
let made: number[] = [];

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({
    BILLING_CONNECTORS: 'stripe',
    CACHE_FRESH_SECONDS: String(FRESH_SECONDS),
    CACHE_REFRESH_WAIT_MS: String(WAIT_MS),
    CACHE_LOCAL_SECONDS: String(FRESH_SECONDS),
  });
  const builder = service.app.get(ResponseBuilder, { strict: false });
  const original = builder.responseOf.bind(builder);
  builder.responseOf = (...given) => {
    made.push(turn);
    service.clock.advance(WORK_TURNS.turnMs);
    return original(...given);
  };
  (function count(): void {
    turn += 1;
    if (!isOver) setImmediate(count);
  })();
});

afterEach(async () => {
  stage.sandbox.faults.clear();
  await settled(service);
});

afterAll(async () => {
  isOver = true;
  await stage.close();
});

/** Customers with a stored link, none of them cached. */
async function linkedCustomers(): Promise<readonly StagedCustomer[]> {
  const customers = Array.from({ length: 5 }, () => stage.customer({ stripe: linkedAs('cus_1') }));
  for (const { customerId, billingCustomerId } of customers)
    await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
  made = [];
  return customers;
}

async function batch(customers: readonly StagedCustomer[], more: object = {}): Promise<readonly object[]> {
  const customerIds = customers.map(({ customerId }) => customerId);
  const { body } = await service.http.post('/v1/customer-profiles/batch-get').send({ customerIds, ...more }).expect(200); // prettier-ignore
  return (body as { results: readonly { profile: object }[] }).results.map(({ profile }) => profile);
}

/** How many answers of the reseller were read. */
const resellerAnswers = (): Promise<number> =>
  metric(
    service,
    'http_client_request_duration_seconds_count{upstream="reseller",operation="get_customer",state="ok"}',
  );

/** Resolves when stripe was asked for all of them. */
const askedOf = (customers: readonly StagedCustomer[], times: number): Promise<void> =>
  stage.sandbox.traffic.until(() => customers.every((one) => one.calls().stripe === times));

function expectTurnEach(customers: readonly StagedCustomer[]): void {
  expect(made).toHaveLength(customers.length);
  expect(new Set(made).size).toBe(customers.length);
}

describe('each of many records that take long has a turn of the event loop of its own', () => {
  it('when the time of a batch is over', async () => {
    const customers = await linkedCustomers();
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    const answered = await resellerAnswers();
    const profiles = batch(customers, { budgetMs: 1000 });
    await askedOf(customers, 1);
    await eventually('the reseller’s answers are read', async () => (await resellerAnswers()) === answered + 5);
    service.clock.advance(1000);
    expect(await profiles).toEqual(customers.map(() => expect.objectContaining({ complete: false })));
    expectTurnEach(customers);
  });

  it('when none is fresh any more, and their sources take long', async () => {
    const customers = await linkedCustomers();
    await batch(customers);
    await pass(FRESH_SECONDS * 1200, service);
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    made = [];
    const profiles = batch(customers);
    await askedOf(customers, 2);
    service.clock.advance(WAIT_MS);
    expect(await profiles).toEqual(customers.map(() => expect.objectContaining({ complete: true })));
    expectTurnEach(customers);
  });

  it('when a batch wants some fields of those of which this process has copies', async () => {
    const customers = await linkedCustomers();
    await batch(customers);
    made = [];
    expect(await batch(customers, { fields: ['customerId'] })).toEqual(
      customers.map(({ customerId }) => expect.objectContaining({ customerId })),
    );
    expectTurnEach(customers);
  });
});

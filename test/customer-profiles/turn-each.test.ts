import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { ResponseBuilder } from '../../src/profile-refresh/response-builder.ts';
import { WorkTurns } from '../../src/resilience/work-turns.ts';
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

/** How many answers of an upstream were read. */
const answersOf = (labels: string): Promise<number> =>
  metric(service, `http_client_request_duration_seconds_count{${labels}}`);
const resellerAnswers = (): Promise<number> => answersOf('upstream="reseller",operation="get_customer",state="ok"');
const stripeAnswers = (): Promise<number> =>
  answersOf('upstream="billing",operation="get_connector_stripe",state="linked"');

/** Resolves when stripe was asked for all of them. */
const askedOf = (customers: readonly StagedCustomer[], times: number): Promise<void> =>
  stage.sandbox.traffic.until(() => customers.every((one) => one.calls().stripe === times));

describe('each of many records has a turn of the event loop of its own', () => {
  it('when the time of a batch is over', async () => {
    const customers = await linkedCustomers();
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    const answered = await resellerAnswers();
    const profiles = batch(customers, { budgetMs: 1000 });
    await askedOf(customers, 1);
    await eventually('the reseller’s answers are read', async () => (await resellerAnswers()) === answered + 5);
    service.clock.advance(1000);
    expect(await profiles).toEqual(customers.map(() => expect.objectContaining({ complete: false })));
    expect(made).toHaveLength(5);
    expect(new Set(made).size).toBe(5);
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
    expect(made).toHaveLength(5);
    expect(new Set(made).size).toBe(5);
  });

  it('when a batch wants some fields of those of which this process has copies', async () => {
    const customers = await linkedCustomers();
    await batch(customers);
    made = [];
    expect(await batch(customers, { fields: ['customerId'] })).toEqual(
      customers.map(({ customerId }) => expect.objectContaining({ customerId })),
    );
    expect(made).toHaveLength(5);
    expect(new Set(made).size).toBe(5);
  });
});

it('a record is merged once, although some of its parts are about to be written while the last one is read', async () => {
  const builder = service.app.get(ResponseBuilder, { strict: false });
  const contentOf = builder.contentOf.bind(builder);
  let mergedAgain = 0;
  builder.contentOf = (key, parts, built) => {
    const content = contentOf(key, parts, built);
    if (content && !built) mergedAgain += 1;
    return content;
  };
  const [customer] = await linkedCustomers();
  if (!customer) throw new Error('there is no customer');
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const read = await stripeAnswers();
  const toBeWritten = service.clock.whenSet((ms) => ms === BATCH_MS);
  const answer = service.http.get(`/v1/customer-profiles/${customer.customerId}`).expect(200);
  const answered = answer.then(() => undefined);
  await eventually('the answer of stripe is read', async () => (await stripeAnswers()) === read + 1);
  await toBeWritten;
  const turns = service.app.get(WorkTurns, { strict: false });
  const next = turns.next.bind(turns);
  const opened = Promise.withResolvers<undefined>();
  let waiting = 0;
  turns.next = async (owner) => {
    waiting += 1;
    await opened.promise;
    await next(owner);
  };
  stage.sandbox.faults.clear();
  await eventually('the last answer waits to be read', () => waiting === 1);
  service.clock.advance(BATCH_MS);
  await eventually('the others wait to be written', () => waiting === 2);
  opened.resolve(undefined);
  await answered;
  await settled(service);
  expect(mergedAgain).toBe(0);
});

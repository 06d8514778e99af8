import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type ProfileContent } from '../../src/customer-changes/feed/profile-content.ts';
import { CustomerProfilesService } from '../../src/customer-profiles/customer-profiles.service.ts';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { ResponseBuilder } from '../../src/profile-refresh/response-builder.ts';
import { WorkTurns } from '../../src/resilience/work-turns.ts';
import { linkedAs, metric, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

let stage: Stage;
let service: Service;
/** Ends the wait of pieces that a test has held. */
let letGo: (() => void) | null = null;
/** The contents that writes had, and whether a merge was made for each. */
let contents: { readonly content: ProfileContent; readonly isMerged: boolean }[];

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ BILLING_CONNECTORS: 'stripe' });
  const builder = service.app.get(ResponseBuilder, { strict: false });
  const contentOf = builder.contentOf.bind(builder);
  builder.contentOf = (key, parts, built) => {
    const content = contentOf(key, parts, built);
    if (content) contents.push({ content, isMerged: !built });
    return content;
  };
});

afterEach(async () => {
  letGo?.();
  stage.sandbox.faults.clear();
  await settled(service);
});

afterAll(() => stage.close());

async function linkedCustomer(): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  const { customerId, billingCustomerId } = customer;
  await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
  contents = [];
  return customer;
}

/** How many answers of an upstream were read. */
const answersOf = (labels: string): Promise<number> =>
  metric(service, `http_client_request_duration_seconds_count{${labels}}`);
const OF_RESELLER = 'upstream="reseller",operation="get_customer",state="ok"';
const OF_STRIPE = 'upstream="billing",operation="get_connector_stripe",state="linked"';

/** From now on pieces of this kind wait until they are let go. */
function holdTurns(kind: 'next' | 'nextAnswer'): { readonly waiting: () => number; readonly end: () => void } {
  const turns = service.app.get(WorkTurns, { strict: false });
  const original = turns[kind].bind(turns);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let waiting = 0;
  turns[kind] = async (owner) => {
    waiting += 1;
    await promise;
    await original(owner);
  };
  const end = (): void => {
    turns[kind] = original;
    resolve(undefined);
  };
  letGo = end;
  return { waiting: () => waiting, end };
}

it('a record is merged once, although some of its parts are about to be written while the last one is read', async () => {
  const customer = await linkedCustomer();
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const before = await answersOf(OF_STRIPE);
  const toBeWritten = service.clock.whenSet((ms) => ms === BATCH_MS);
  const answered = service.http.get(customer.unlinkedPath).then(({ status }) => status);
  await eventually('the answer of stripe is read', async () => (await answersOf(OF_STRIPE)) === before + 1);
  await toBeWritten;
  const held = holdTurns('next');
  stage.sandbox.faults.clear();
  await eventually('the last answer waits to be read', () => held.waiting() >= 1);
  service.clock.advance(BATCH_MS);
  await eventually('the others wait to be written', () => held.waiting() >= 2);
  held.end();
  expect(await answered).toBe(200);
  await settled(service);
  expect(contents.map(({ isMerged }) => isMerged)).toEqual([false]);
});

it('new content reaches the feed, although the caller leaves before the last source has answered', async () => {
  const customer = await linkedCustomer();
  await service.http.get(customer.unlinkedPath).expect(200);
  await settled(service);
  stage.rename(customer, 'Northwold Stationers', { stripe: linkedAs('cus_1') });
  stage.sandbox.faults.set('stripe', { kind: 'hold' });
  const before = await answersOf(OF_RESELLER);
  const toBeWritten = service.clock.whenSet((ms) => ms === BATCH_MS);
  const leaving = new AbortController();
  const headers = { 'cache-control': 'no-cache' };
  const read = fetch(service.url + customer.unlinkedPath, { headers, signal: leaving.signal }).catch(() => null);
  await eventually('the reseller’s answer is read', async () => (await answersOf(OF_RESELLER)) === before + 1);
  await toBeWritten;
  contents = [];
  const held = holdTurns('next');
  service.clock.advance(BATCH_MS);
  await eventually('its part waits to be written', () => held.waiting() >= 1);
  leaving.abort();
  await read;
  await eventually('that of stripe waits, too', () => held.waiting() >= 2);
  held.end();
  await settled(service);
  expect(contents.map(({ content }) => content.fields.name)).toEqual(['Northwold Stationers']);
});

it('an answer that waits for its turn has nothing from before an invalidation that was acknowledged meanwhile', async () => {
  const customer = await linkedCustomer();
  await service.http.get(customer.unlinkedPath).expect(200);
  await settled(service);
  const reader = await stage.service({ BILLING_CONNECTORS: 'stripe', CACHE_LOCAL_SECONDS: '0' });
  const first = service;
  service = reader;
  const held = holdTurns('nextAnswer');
  const read = reader.http.get(`${customer.unlinkedPath}?fields=name`).then(({ body }) => body as { name: string });
  await eventually('the answer waits', () => held.waiting() >= 1);
  stage.rename(customer, 'Southwold Stationers', { stripe: linkedAs('cus_1') });
  await reader.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
  held.end();
  expect((await read).name).toBe('Southwold Stationers');
  await settled(reader);
  service = first;
});

it('a read counts those that wait for their turn as arrived before it', async () => {
  const profiles = service.app.get(CustomerProfilesService, { strict: false });
  const mayFetch = profiles.mayFetch.bind(profiles);
  const counted: number[] = [];
  profiles.mayFetch = (query, planned, expected) => {
    counted.push(expected);
    return mayFetch(query, planned, expected);
  };
  const held = holdTurns('next');
  const read = (): Promise<number> => service.http.get(stage.customer({}).unlinkedPath).then(({ status }) => status);
  const first = read();
  await eventually('the first one waits', () => held.waiting() >= 1);
  const second = read();
  await eventually('the second one waits', () => held.waiting() >= 2);
  held.end();
  expect(await Promise.all([first, second])).toEqual([200, 200]);
  await read();
  profiles.mayFetch = mayFetch;
  expect(counted).toEqual([0, 1, 0]);
});

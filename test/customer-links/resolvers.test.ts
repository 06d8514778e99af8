import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { customer } from '../../sandbox/customers/customers.ts';
import { billingCustomer, resource } from '../../sandbox/customers/making.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { throughWaits } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';
import { callsEnded } from '../upstream/reading.ts';
import { LINKS, newLink } from './ndjson.ts';

let stage: Stage;
/** By LINK_RESOLVERS. */
const services = new Map<string, Service>();
const ORDERS = [
  'request,link-store,billing-external-id',
  'billing-external-id,link-store,request',
  'link-store,request',
  'billing-external-id',
];

beforeAll(async () => {
  stage = await openStage();
  for (const order of ORDERS)
    services.set(order, await stage.service({ LINK_RESOLVERS: order, BILLING_CONNECTORS: 'stripe' }));
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

interface BillingSource {
  readonly source: string;
  readonly state: string;
  readonly resolver?: string;
  readonly ambiguous?: boolean;
}
interface Read {
  readonly billingCustomerId: string | null;
  readonly connectors: unknown;
  readonly complete: boolean;
  readonly billing: BillingSource | undefined;
}

function serviceOf(order: string): Service {
  const service = services.get(order);
  if (!service) throw new Error('no service has this order');
  return service;
}

async function read(order: string, customerId: string, query = ''): Promise<Read> {
  const path = `/v1/customer-profiles/${encodeURIComponent(customerId)}${query}`;
  const { body } = await serviceOf(order).http.get(path).expect(200);
  const profile = body as Omit<Read, 'billing'> & { sources: BillingSource[] };
  return { ...profile, billing: profile.sources.find(({ source }) => source === 'billing') };
}

/** A customer whose billing customer carries the customer's id as its external_id, or another external_id. */
function customerWithExternalId(externalId?: string | null): { customerId: string; billingCustomerId: string } {
  const { customerId, billingCustomerId } = newLink();
  stage.sandbox.customers.put({
    slug: customerId,
    about: 'Made for one test.',
    billingCustomerId,
    resource: resource(customerId, 'Ravensworth Tools'),
    connectors: {},
    billingCustomer: billingCustomer(
      billingCustomerId,
      'Ravensworth Tools',
      null,
      externalId === undefined ? customerId : externalId,
    ),
  });
  return { customerId, billingCustomerId };
}

const searches = (customerId: string): number =>
  stage.sandbox.traffic.requests.filter(({ path }) => path === `/customers?external_id=${encodeURIComponent(customerId)}`).length; // prettier-ignore

describe('LINK_RESOLVERS', () => {
  const [all = '', reversed = '', without = '', alone = ''] = ORDERS;

  it.each([
    [all, 'request'],
    [reversed, 'billing-external-id'],
    [without, 'link-store'],
    [alone, 'billing-external-id'],
  ])('%s: of all who know a link, %s decides, and the source billing says so', async (order, resolver) => {
    const { customerId, billingCustomerId } = customerWithExternalId();
    const [stored, requested] = [randomUUID(), randomUUID()];
    await serviceOf(order).http.put(`${LINKS}/${customerId}`).send({ billingCustomerId: stored }).expect(201);
    const said = { request: requested, 'link-store': stored, 'billing-external-id': billingCustomerId }[resolver];
    const profile = await read(order, customerId, `?billingCustomerId=${requested}`);
    expect(profile).toMatchObject({ billingCustomerId: said, billing: { state: 'linked', resolver } });
  });

  it('asks the billing platform only when no resolver before it has a link', async () => {
    const { customerId, billingCustomerId } = customerWithExternalId();
    await read(all, customerId, `?billingCustomerId=${billingCustomerId}`);
    expect(searches(customerId)).toBe(0);
    await serviceOf(all).http.put(`${LINKS}/${customerId}`).send({ billingCustomerId: randomUUID() }).expect(201);
    await read(all, customerId);
    expect(searches(customerId)).toBe(0);
    await serviceOf(all).http.delete(`${LINKS}/${customerId}`).expect(204);
    expect(await read(all, customerId)).toMatchObject({
      billingCustomerId,
      billing: { resolver: 'billing-external-id' },
    });
    expect(searches(customerId)).toBe(1);
  });

  it('asks the next resolver when one has no link', async () => {
    const { customerId } = customerWithExternalId(null);
    const requested = randomUUID();
    const profile = await read(reversed, customerId, `?billingCustomerId=${requested}`);
    expect(profile).toMatchObject({ billingCustomerId: requested, billing: { resolver: 'request' } });
    expect(searches(customerId)).toBe(1);
  });

  it('without billing-external-id never asks', async () => {
    const { customerId } = customerWithExternalId();
    expect(await read(without, customerId)).toMatchObject({ billingCustomerId: null, billing: { state: 'unlinked' } });
    expect(searches(customerId)).toBe(0);
  });

  it('keeps the answer of the billing platform like any part', async () => {
    const { customerId } = customerWithExternalId();
    for (let time = 0; time < 3; time += 1) await read(alone, customerId);
    expect(searches(customerId)).toBe(1);
  });

  it('sends an id that is not a number percent-encoded', async () => {
    const made = newLink();
    const customerId = `Ünï-${made.customerId.slice(-8)}`;
    stage.sandbox.customers.put({
      slug: customerId,
      about: 'Made for one test.',
      billingCustomerId: made.billingCustomerId,
      resource: resource(customerId, 'Ravensworth Tools'),
      connectors: {},
    });
    expect(await read(alone, customerId)).toMatchObject({ billingCustomerId: made.billingCustomerId });
  });
});

describe('billing-external-id', () => {
  const alone = 'billing-external-id';
  const all = 'request,link-store,billing-external-id';

  it('takes only an exact match, under either name of the list', async () => {
    const { customerId } = customerWithExternalId(null);
    customerWithExternalId(`${customerId}1`);
    customerWithExternalId(customerId.slice(0, -1));
    expect(await read(alone, customerId)).toMatchObject({
      billingCustomerId: null,
      connectors: [],
      complete: true,
      billing: { state: 'unlinked' },
    });
    stage.sandbox.billingList.key = 'results';
    const match = customerWithExternalId();
    expect(await read(alone, match.customerId)).toMatchObject({ billingCustomerId: match.billingCustomerId });
    stage.sandbox.billingList.key = 'data';
  });

  it('with several matches resolves to none, and the source says that it is ambiguous', async () => {
    const { customerId } = customer('ambiguous-external-id').resource;
    const profile = await read(all, customerId);
    expect(profile).toMatchObject({ billingCustomerId: null, connectors: [], complete: true });
    expect(profile.billing).toMatchObject({ state: 'unlinked', ambiguous: true });
    expect(profile.billing).not.toHaveProperty('resolver');
    const none = await read(all, customerWithExternalId(null).customerId);
    expect(none.billing).not.toHaveProperty('ambiguous');
  });

  it('is no longer ambiguous once a link is stored', async () => {
    const { customerId } = customerWithExternalId();
    customerWithExternalId(customerId);
    expect((await read(all, customerId)).billing).toMatchObject({ ambiguous: true });
    const billingCustomerId = randomUUID();
    await serviceOf(all).http.put(`${LINKS}/${customerId}`).send({ billingCustomerId }).expect(201);
    const profile = await read(all, customerId);
    expect(profile).toMatchObject({ billingCustomerId, billing: { state: 'linked', resolver: 'link-store' } });
    expect(profile.billing).not.toHaveProperty('ambiguous');
  });

  it.each([
    ['500', 'upstream_error', { kind: 'status', status: 500 }],
    ['404', 'upstream_error', { kind: 'status', status: 404 }],
    ['401', 'unauthorised', { kind: 'status', status: 401 }],
    ['429', 'throttled', { kind: 'status', status: 429 }],
    ['no list', 'malformed', { kind: 'body', body: '{"data":{}}' }],
    ['HTML', 'malformed', { kind: 'body', body: '<p>', contentType: 'text/html' }],
  ] as const)('that cannot be asked (%s) is not unlinked: the part says %s', async (_title, state, fault) => {
    const own = await stage.service({ LINK_RESOLVERS: alone, BILLING_CONNECTORS: 'stripe' });
    const { customerId } = customerWithExternalId();
    stage.sandbox.faults.set('billingCustomers', fault);
    const { body } = await throughWaits(own, own.http.get(`/v1/customer-profiles/${customerId}`).expect(200));
    expect(body).toMatchObject({ billingCustomerId: null, connectors: null, complete: false });
    expect(body.sources).toContainEqual(expect.objectContaining({ source: 'billing', state }));
  });

  it('costs the request at most its budget when it hangs, and is aborted', async () => {
    const own = await stage.service({ LINK_RESOLVERS: alone, REQUEST_BUDGET_MS: '300', BILLING_TIMEOUT_MS: '5000' });
    const { customerId } = customerWithExternalId();
    stage.sandbox.faults.set('billingCustomers', { kind: 'hang' });
    stage.sandbox.traffic.reset();
    const answer = own.http.get(`/v1/customer-profiles/${customerId}`).then((there) => there);
    await stage.sandbox.traffic.until(({ bySource }) => bySource.billingCustomers === 1);
    await callsEnded(own, 1, 'reseller');
    own.clock.advance(301);
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body).toMatchObject({ connectors: null, complete: false });
    expect(body.sources).toContainEqual(expect.objectContaining({ source: 'billing', state: 'timeout' }));
    await stage.sandbox.traffic.until(({ aborted }) => aborted === 1);
  });
});

describe('a link store that cannot be asked', () => {
  it('is not skipped: its link would have come first', async () => {
    const order = 'request,link-store,billing-external-id';
    const { customerId } = customerWithExternalId();
    await serviceOf(order).http.put(`${LINKS}/${customerId}`).send({ billingCustomerId: randomUUID() }).expect(201);
    const [key = ''] = await stage.raw.keys(`customer-links:*${customerId}*`);
    await stage.raw.set(key, 'no link');
    const profile = await read(order, customerId);
    expect(profile).toMatchObject({
      billingCustomerId: null,
      connectors: null,
      billing: { state: 'link_store_unavailable' },
    });
    expect(searches(customerId)).toBe(0);
  });
});

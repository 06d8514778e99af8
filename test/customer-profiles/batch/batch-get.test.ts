import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { profile, resource } from '../../../sandbox/customers/making.ts';
import { CustomerProfilesService } from '../../../src/customer-profiles/customer-profiles.service.ts';
import { Problem } from '../../../src/problems/problem.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { quietAgain } from '../../support/shared-service.ts';

const URL_PATH = '/v1/customer-profiles/batch-get';

interface Result {
  readonly index?: number;
  readonly customerId: string;
  readonly status: number;
  readonly profile?: { readonly customerId: string; readonly name?: string; readonly complete?: boolean };
  readonly problem?: { readonly code: string; readonly requestId: string };
  readonly retryAfterSeconds?: number;
}

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterEach(async () => {
  stage.sandbox.faults.clear();
  await quietAgain(service);
});

afterAll(() => stage.close());

async function batch(body: object, by = service): Promise<readonly Result[]> {
  const { body: answered } = await by.http.post(URL_PATH).send(body).expect(200);
  return (answered as { results: readonly Result[] }).results;
}

/** The lines of a batch, each as soon as it has come; null: there are no more. */
async function lines(customerIds: readonly unknown[], more: object = {}): Promise<{ next(): Promise<Result | null> }> {
  const answer = await fetch(service.url + URL_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
    body: JSON.stringify({ customerIds, ...more }),
  });
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  return {
    next: async () => {
      const { value } = (await reader?.read()) ?? {};
      return value === undefined ? null : (JSON.parse(value) as Result);
    },
  };
}

const idsOf = (customers: readonly StagedCustomer[]): string[] => customers.map(({ customerId }) => customerId);
const someCustomers = (count: number): StagedCustomer[] => Array.from({ length: count }, () => stage.customer());

describe('POST /v1/customer-profiles/batch-get (A20)', () => {
  it('answers in the order asked, as a single read of each does', async () => {
    const customers = someCustomers(3).reverse();
    const results = await batch({ customerIds: idsOf(customers) });
    expect(results.map(({ customerId, status }) => ({ customerId, status }))).toEqual(
      customers.map(({ customerId }) => ({ customerId, status: 200 })),
    );
    await settled(service);
    for (const [index, { unlinkedPath }] of customers.entries()) {
      const { body } = await service.http.get(unlinkedPath).expect(200);
      expect(results[index]?.profile).toEqual(body);
    }
  });

  it('answers an id that is named twice twice, and fetches it once', async () => {
    const [customer] = someCustomers(1);
    const { customerId = '' } = customer ?? {};
    const results = await batch({ customerIds: [customerId, customerId] });
    expect(results.map(({ status }) => status)).toEqual([200, 200]);
    expect(customer?.calls()).toEqual({ reseller: 1 });
  });

  it.each(['Größe-01', '株式会社-02', '𝔘nion-03'])(
    'answers %s, an id that is not in ASCII, as it was asked',
    async (customerId) => {
      stage.sandbox.customers.put({
        ...{ slug: `id-${customerId}`, about: 'Made for one test.', billingCustomerId: null, connectors: {} },
        resource: resource(customerId, 'Straße 7'),
      });
      const found = { customerId, status: 200, profile: expect.objectContaining({ customerId }) as unknown };
      expect(await batch({ customerIds: [customerId] })).toEqual([found]);
      expect(await (await lines([customerId])).next()).toEqual({ index: 0, ...found });
      const unknown = { customerId: `${customerId}-0`, status: 404 };
      expect(await batch({ customerIds: [unknown.customerId] })).toMatchObject([unknown]);
    },
  );

  it('sends a large answer in parts, with its length', async () => {
    const { customerId, unlinkedPath } = stage.customer();
    const contact = {
      firstName: 'Søren',
      lastName: 'Lindqvist',
      email: 'soren@example.com',
      phoneNumber: '503-555-0117',
    };
    const companyProfile = { ...profile('Größe'), contacts: Array.from({ length: 50 }, () => contact) };
    stage.sandbox.customers.put({
      ...{ slug: 'many-contacts', about: 'Made for one test.', billingCustomerId: null, connectors: {} },
      resource: resource(customerId, 'Größe', { companyProfile }),
    });
    const single = await service.http.get(unlinkedPath).expect(200);
    const answer = await fetch(service.url + URL_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customerIds: Array.from({ length: 100 }, () => customerId) }),
    });
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(Buffer.byteLength(text)).toBeGreaterThan(512 * 1024);
    const { results } = JSON.parse(text) as { readonly results: readonly Result[] };
    expect(results).toHaveLength(100);
    for (const { profile } of results) expect(profile).toEqual(single.body);
  });

  it('gives each its own status and problem', async () => {
    const [known] = idsOf(someCustomers(1));
    const results = await batch({ customerIds: ['9999999999', known] });
    expect(results).toMatchObject([
      { status: 404, problem: { code: 'customer_not_found', status: 404 } },
      { status: 200, profile: { customerId: known } },
    ]);
    expect(results[0]).not.toHaveProperty('profile');
    expect(results[1]).not.toHaveProperty('problem');
  });

  it('says when to try again', async () => {
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 429, headers: { 'Retry-After': '7' } });
    // The services of one prefix leave an upstream alone together.
    const own = await stage.service({ CACHE_KEY_PREFIX: 'throttled:' });
    const [result] = await batch({ customerIds: idsOf(someCustomers(1)) }, own);
    expect(result).toMatchObject({ status: 503, problem: { code: 'source_unavailable' } });
    expect(result?.retryAfterSeconds).toBeGreaterThanOrEqual(7);
  });

  it('takes fields, connectors, require and view as lists and as texts', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const link = { billingCustomerId: customer.billingCustomerId };
    await service.http.put(`/v1/customer-links/${customer.customerId}`).send(link).expect(201);
    const customerIds = [customer.customerId];
    for (const lists of [
      { fields: ['name', 'connectors.stripe'], connectors: ['stripe'], require: ['reseller', 'stripe'] },
      { fields: 'name,connectors.stripe', connectors: 'stripe', require: 'reseller,stripe' },
    ]) {
      const [result] = await batch({ customerIds, ...lists, view: 'provenance', budgetMs: 1900 });
      expect(Object.keys(result?.profile ?? {}).sort()).toEqual([
        'complete',
        'connectors',
        'customerId',
        'name',
        'provenance',
      ]);
    }
    expect(customer.calls()).toEqual({ reseller: 1, stripe: 1 });
  });

  it('asks sources for eight customers at a time', async () => {
    const customers = someCustomers(20);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const asked = (): number => customers.filter((one) => one.calls().reseller === 1).length;
    const results = batch({ customerIds: idsOf(customers) });
    await stage.sandbox.traffic.until(() => asked() === 8);
    await service.http.get('/health/live').expect(200);
    expect(asked()).toBe(8);
    stage.sandbox.faults.clear();
    expect((await results).map(({ status }) => status)).toEqual(customers.map(() => 200));
  });

  it('has one budget: a customer whose turn does not come has 504, and its sources are not asked', async () => {
    const customers = someCustomers(10);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const results = batch({ customerIds: idsOf(customers), budgetMs: 1000 });
    await stage.sandbox.traffic.until(() => customers.filter((one) => one.calls().reseller === 1).length === 8);
    service.clock.advance(1000);
    expect((await results).map(({ status, problem }) => [status, problem?.code])).toEqual(
      customers.map(() => [504, 'source_timeout']),
    );
    stage.sandbox.faults.clear();
    await settled(service);
    expect(customers.slice(8).map((one) => one.calls())).toEqual([{}, {}]);
  });

  it('keeps the budget of a customer that takes long when another one is ready', async () => {
    const [quick] = someCustomers(1);
    const slow = stage.customer({ stripe: linkedAs('cus_1') });
    const link = { billingCustomerId: slow.billingCustomerId };
    await service.http.put(`/v1/customer-links/${slow.customerId}`).send(link).expect(201);
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    const answer = await lines([quick?.customerId, slow.customerId], { budgetMs: 1000 });
    expect(await answer.next()).toMatchObject({
      customerId: quick?.customerId,
      status: 200,
      profile: { complete: true },
    });
    await stage.sandbox.traffic.until(() => slow.calls().stripe === 1);
    service.clock.advance(1000);
    expect(await answer.next()).toMatchObject({
      customerId: slow.customerId,
      status: 200,
      profile: { complete: false },
    });
  });

  it('asks for no further customer when its caller has left', async () => {
    const customers = someCustomers(10);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const left = new AbortController();
    const sent = fetch(service.url + URL_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customerIds: idsOf(customers) }),
      signal: left.signal,
    }).catch(() => 'left');
    await stage.sandbox.traffic.until(() => customers.filter((one) => one.calls().reseller === 1).length === 8);
    left.abort();
    expect(await sent).toBe('left');
    await eventually('it is told', () => service.log.some(({ event }) => event === 'caller_left'));
    stage.sandbox.faults.clear();
    await settled(service);
    expect(customers.slice(8).map((one) => one.calls())).toEqual([{}, {}]);
  });

  it('escapes what is not ASCII in a problem', async () => {
    const own = await stage.service();
    const profiles = own.app.get(CustomerProfilesService, { strict: false });
    profiles.read = () => Promise.reject(new Problem('source_timeout', 'Größe 株'));
    const [result] = await batch({ customerIds: ['9876543210'] }, own);
    expect(result).toMatchObject({ status: 504, problem: { detail: 'Größe 株' } });
  });

  it('logs the cause of a customer that failed here', async () => {
    const own = await stage.service();
    const profiles = own.app.get(CustomerProfilesService, { strict: false });
    profiles.read = () => Promise.reject(new TypeError('zq7'));
    const [result] = await batch({ customerIds: ['9876543210'] }, own);
    expect(result).toMatchObject({ status: 500, problem: { code: 'internal_error' } });
    expect(own.log).toContainEqual(
      expect.objectContaining({
        level: 'error',
        requestId: result?.problem?.requestId,
        err: expect.objectContaining({ type: 'TypeError' }) as unknown,
      }),
    );
  });

  it('sends lines as they come, with their place, to a caller who asks for NDJSON', async () => {
    const customers = someCustomers(2);
    const [slow, quick] = idsOf(customers);
    await service.http.get(customers[1]?.unlinkedPath ?? '').expect(200);
    await settled(service);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const answer = await lines([slow, quick]);
    expect(await answer.next()).toMatchObject({ index: 1, customerId: quick, status: 200 });
    stage.sandbox.faults.clear();
    expect(await answer.next()).toMatchObject({ index: 0, customerId: slow, status: 200 });
    expect(await answer.next()).toBeNull();
  });

  it.each([
    ['no body', undefined, ['body ']],
    ['a list', [], ['body ', 'customerIds']],
    ['no ids', {}, ['customerIds']],
    ['an empty list', { customerIds: [] }, ['customerIds']],
    ['101 ids', { customerIds: Array.from({ length: 101 }, (_, at) => `98${at}`) }, ['customerIds']],
    ['bad ids', { customerIds: ['9876543210', '', 'a b', 7] }, ['customerIds[1]', 'customerIds[2]', 'customerIds[3]']],
    ['everything at once', { customerIds: [''], fields: ['nothing'], connectors: 'zq7', require: [1], view: 'x', budgetMs: 0, more: 1 },
      ['customerIds[0]', 'fields', 'connectors', 'require', 'view', 'budgetMs', 'body ']],
    ['a comma within a list', { customerIds: ['9876543210'], connectors: ['stripe,xero'] }, ['connectors']],
  ])('is refused with %s, every fault named', async (_what, body, names) => {
    const before = stage.sandbox.traffic.requests.length;
    const answer = await service.http.post(URL_PATH).set('content-type', 'application/json').send(body);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 400, code: 'invalid_request' });
    if (body !== undefined) {
      const named = (answer.body.errors as { in: string; name?: string }[]).map((issue) => issue.name ?? `${issue.in} `);
      expect(named.sort()).toEqual([...names].sort());
    }
    expect(JSON.stringify(answer.body)).not.toContain('zq7');
    // Of these customers; what an earlier test has begun may end meanwhile.
    const asked = stage.sandbox.traffic.requests.slice(before).filter(({ path }) => path.includes('/customers/98'));
    expect(asked).toEqual([]);
  }); // prettier-ignore

  it.each(['get', 'put', 'delete'] as const)('takes no %s', async (method) => {
    const { headers } = await service.http[method](URL_PATH).expect(405);
    expect(headers.allow).toBe('POST');
  });
});

it('a probe does not wait for all of the batches that came before it', async () => {
  const [customerId = ''] = idsOf(someCustomers(1));
  await batch({ customerIds: [customerId] });
  await settled(service);
  const body = JSON.stringify({ customerIds: Array.from({ length: 100 }, () => customerId) });
  const head = `POST ${URL_PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
  const probe = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';
  const sockets = Array.from({ length: 41 }, () => connect(Number(new URL(service.url).port), '127.0.0.1'));
  const answers = (requests: readonly string[]): Promise<unknown[]>[] =>
    sockets.map((socket, index) => {
      socket.write(requests[index] ?? probe);
      return once(socket, 'data');
    });
  // A server accepts one connection in each turn and reads all open ones together.
  await Promise.all(answers([]));
  const answered: number[] = [];
  const batches = Array.from({ length: 40 }, () => `${head}\r\n\r\n${body}`);
  await Promise.all(answers(batches).map((answer, index) => answer.then(() => answered.push(index))));
  for (const socket of sockets) socket.destroy();
  expect(answered.indexOf(40)).toBeLessThan(20);
});

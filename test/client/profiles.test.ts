import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CustomerProfileClient, ProfileProblem } from '../../client/src/index.ts';
import { customer } from '../../sandbox/customers/customers.ts';
import { linkedAs, openStage, type Stage } from '../profile-cache/stage.ts';
import { advanceRedis } from '../support/redis-time.ts';
import { type Service } from '../support/service.ts';
import { clientAt } from './clients.ts';

let stage: Stage;
let service: Service;
let client: CustomerProfileClient;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
  client = clientAt(service);
});

afterAll(() => stage.close());

describe('a profile', () => {
  it('comes with what the headers say', async () => {
    const { customerId, billingCustomerId } = stage.customer({ stripe: linkedAs('cus_1') });
    const answer = await client.profile(customerId, { billingCustomerId, requestId: 'r-1' });
    expect(answer).toMatchObject({ ageSeconds: 0, complete: true, requestId: 'r-1', notModified: false });
    expect(answer.cacheStatus).toContain('fwd=miss');
    expect(answer.etag).toMatch(/^W\/"/);
    expect(answer.value.connectors?.find(({ name }) => name === 'stripe')).toMatchObject({ referenceId: 'cus_1' });
  });

  it('takes all that the route takes', async () => {
    const { customerId, billingCustomerId } = stage.customer({ stripe: linkedAs('cus_2') });
    const { value } = await client.profile(customerId, {
      billingCustomerId,
      fields: ['name', 'connectors'],
      connectors: ['stripe', 'xero'],
      require: ['reseller', 'stripe'],
      view: 'provenance',
      budgetMs: 5000,
      cacheControl: 'no-cache',
    });
    expect(Object.keys(value).sort()).toEqual(['complete', 'connectors', 'customerId', 'name', 'provenance']);
    expect(value.connectors?.map(({ name }) => name).sort()).toEqual(['stripe', 'xero']);
  });

  it('is the kept value when nothing has changed, and new when something has', async () => {
    const staged = stage.customer();
    const { customerId, billingCustomerId } = staged;
    const read = () => client.profile(customerId, { billingCustomerId, cacheControl: 'no-cache' });
    const first = await read();
    Object.assign(first.value, { name: 'changed by the caller' });
    const second = await read();
    expect(second).toMatchObject({ notModified: true, etag: first.etag, value: { name: 'Ravensworth Tools' } });
    expect(second.requestId).not.toBe(first.requestId);
    stage.rename(staged, 'Ravensworth Instruments');
    // A fetch sent in the very millisecond in which a `no-cache` comes answers it.
    service.clock.advance(1);
    expect(await read()).toMatchObject({ notModified: false, value: { name: 'Ravensworth Instruments' } });
  });

  it('is not kept once it is forgotten', async () => {
    const { customerId, billingCustomerId } = stage.customer();
    await client.profile(customerId, { billingCustomerId });
    await client.forget(customerId);
    expect(await client.profile(customerId, { billingCustomerId })).toMatchObject({ notModified: false });
  });

  it('is kept for so many URLs at most', async () => {
    const small = clientAt(service, { keptAnswers: 1 });
    const [one, other] = [stage.customer(), stage.customer()];
    const read = ({ customerId }: typeof one) => small.profile(customerId).then(({ notModified }) => notModified);
    expect([await read(one), await read(one), await read(other), await read(one)]).toEqual([false, true, false, false]);
  });
});

describe('a problem', () => {
  it('names every issue of the request', async () => {
    const problem = await client.profile('no', { budgetMs: 0 }).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ProfileProblem);
    expect(problem).toMatchObject({
      code: 'invalid_request',
      status: 400,
      errors: [
        { in: 'path', name: 'customerId' },
        { in: 'query', name: 'budgetMs' },
      ],
      retryAfterMs: null,
    });
    expect((problem as ProfileProblem).requestId).toMatch(/^[\w-]{36}$/);
  });

  it('has the members of the connector’s route', async () => {
    const { customerId, billingCustomerId } = stage.customer();
    const problem = client.connector(customerId, 'stripe', { billingCustomerId });
    await expect(problem).rejects.toMatchObject({
      code: 'connector_not_linked',
      document: { source: 'stripe', error_code: 'BAD_REQUEST' },
    });
  });

  it('says when to try again, and the client does', async () => {
    const [first, { customerId }] = [stage.customer(), stage.customer()];
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 503, headers: { 'Retry-After': '20' } });
    await expect(client.profile(first.customerId)).rejects.toMatchObject({ code: 'source_failed', retryAfterMs: null });
    const refused = { code: 'source_unavailable', retryAfterMs: 20_000 };
    await expect(client.profile(customerId, { timeoutMs: 1000 })).rejects.toMatchObject(refused);
    const read = client.profile(customerId, { timeoutMs: 60_000 });
    await service.clock.whenSet((ms) => ms === 20_000);
    stage.sandbox.faults.clear();
    await advanceRedis(stage.raw, 20_000);
    service.clock.advance(20_000);
    expect((await read).value.name).toBe('Ravensworth Tools');
  });
});

it('the other routes', async () => {
  const { customerId, billingCustomerId } = stage.customer({ xero: linkedAs('x-1') });
  await client.links.put(customerId, billingCustomerId);
  const { value: connectors, complete } = await client.connectors(customerId, { connectors: ['xero'] });
  expect({ connectors, complete }).toMatchObject({ connectors: { customerId, billingCustomerId }, complete: true });
  expect((await client.connector(customerId, 'xero')).value).toMatchObject({ reference_id: 'x-1' });
  expect(await client.explanation(customerId)).toMatchObject({ customerId });
  expect(await client.findCustomers({ billingCustomerId })).toEqual([customerId]);
  const known = customer('fully-linked').resource.customerId;
  const results = await client.batchGet([customerId, '2999999999', known], { fields: ['name'] });
  expect(results).toMatchObject([
    { customerId, status: 200, profile: { name: 'Ravensworth Tools' } },
    { status: 404, problem: { code: 'customer_not_found' } },
    { status: 200 },
  ]);
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { customer, customers } from '../../sandbox/customers/customers.ts';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { FIELD_NAMES } from '../../src/customer-profiles/answers/profile-fields.ts';
import { throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { issuesOf } from './schemas.ts';

const linked = customer('fully-linked');
const uuid = '5b1f0c3e-7a52-4d0b-9c7e-2f6a8d4e1b90';

let redis: LocalRedis;
let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  service = await startService(sandboxVariables(sandbox.url, { REDIS_URL: redis.url }));
});

beforeEach(() => {
  sandbox.faults.clear();
});

afterAll(async () => {
  await service.close();
  await Promise.all([sandbox.close(), redis.kill()]);
});

const profileOf = (slug: string): string =>
  `/v1/customer-profiles/${encodeURIComponent(customer(slug).resource.customerId)}`;
const queryOf = (slug: string): string => {
  const { billingCustomerId } = customer(slug);
  return billingCustomerId === null ? '' : `?billingCustomerId=${billingCustomerId}`;
};

describe('an answer is as docs/openapi.json describes it', () => {
  it.each(customers.map(({ slug }) => slug))('for the profile and the connectors of %s', async (slug) => {
    const profile = await throughWaits(service, service.http.get(profileOf(slug) + queryOf(slug)).expect(200));
    expect(issuesOf('Profile', profile.body)).toEqual([]);
    const path = `${profileOf(slug)}/connectors${queryOf(slug)}`;
    const connectors = await throughWaits(service, service.http.get(path).expect(200));
    expect(issuesOf('CustomerConnectors', connectors.body)).toEqual([]);
  });

  it('for a partial profile and one of some fields', async () => {
    sandbox.faults.set('billing', { kind: 'status', status: 500 });
    const path = `${profileOf('some-connectors')}${queryOf('some-connectors')}`;
    const partial = await throughWaits(service, service.http.get(path));
    expect(issuesOf('Profile', partial.body)).toEqual([]);
    const some = await service.http.get(`${profileOf('fully-linked')}?fields=name,connectors.stripe`).expect(200);
    expect(issuesOf('ProfileFields', some.body)).toEqual([]);
    expect(issuesOf('Profile', some.body)).not.toEqual([]);
  });

  it.each(FIELD_NAMES)('(A5) for the field %s alone', async (field) => {
    const { body } = await service.http.get(`${profileOf('fully-linked')}?fields=${field}`).expect(200);
    expect(issuesOf('ProfileFields', body)).toEqual([]);
  });

  it('for one connector', async () => {
    const { body } = await service.http.get(`${profileOf('fully-linked')}/connectors/xero${queryOf('fully-linked')}`);
    expect(issuesOf('ConnectorDetails', body)).toEqual([]);
  });

  it('for a link that is new, replaced and read', async () => {
    const link = `/v1/customer-links/${linked.resource.customerId}`;
    const first = await service.http.put(link).send({ billingCustomerId: linked.billingCustomerId }).expect(201);
    const second = await service.http.put(link).send({ billingCustomerId: uuid }).expect(200);
    const read = await service.http.get(link).expect(200);
    for (const { body } of [first, second, read]) expect(issuesOf('CustomerLink', body)).toEqual([]);
    expect(read.body.history).toHaveLength(1);
  });

  it.each([
    ['/nowhere', 404],
    ['/v1/customer-profiles/x?budgetMs=0&zq7=1', 400],
    ['/v1/customer-profiles/9999999999', 404],
    ['/v1/customer-links/9999999999', 404],
    [`${profileOf('no-billing-customer')}/connectors/stripe`, 404],
    [`${profileOf('some-connectors')}/connectors/zoho${queryOf('some-connectors')}`, 400],
    [`${profileOf('some-connectors')}/connectors/xero${queryOf('some-connectors')}`, 400],
    [`${profileOf('unknown-to-billing')}/connectors/stripe${queryOf('unknown-to-billing')}`, 404],
  ])('for the problem of GET %s', async (path, status) => {
    const { body } = await service.http.get(path).expect(status);
    expect(issuesOf('Problem', body)).toEqual([]);
  });

  it('for a problem with a source and its state', async () => {
    sandbox.faults.set('reseller', { kind: 'status', status: 500 });
    const { body } = await throughWaits(service, service.http.get('/v1/customer-profiles/5556667778').expect(502));
    expect(body).toMatchObject({ source: 'reseller', state: 'upstream_error' });
    expect(issuesOf('Problem', body)).toEqual([]);
  });
});

describe('the schemas', () => {
  it('refuse a value that does not match', () => {
    expect(issuesOf('ProfileFields', { customerId: 1, complete: 'yes', more: true })).toHaveLength(3);
    expect(issuesOf('Problem', { type: '/x' }).length).toBeGreaterThan(3);
  });
});

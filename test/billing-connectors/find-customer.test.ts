import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials } from '../../sandbox/credentials.ts';
import { type Sandbox } from '../../sandbox/server.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start({ LINK_RESOLVERS: 'billing-external-id', BILLING_API_VERSION: '20240301' });
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

describe('a search by external_id', () => {
  it('is one GET with the key, the organisation and the version, shared by all waiters', async () => {
    const { resource } = stack.newCustomer('fully-linked');
    const path = `/v1/customer-profiles/${resource.customerId}`;
    await Promise.all([service.http.get(path), service.http.get(path), service.http.get(`${path}/connectors`)]);
    const asked = stack.asked('billingCustomers');
    expect(asked.map(({ method, path: target }) => `${method} ${target}`)).toEqual([
      `GET /customers?external_id=${resource.customerId}`,
    ]);
    expect(asked[0]?.headers).toMatchObject({
      accept: 'application/json',
      organisation: credentials.billing.organisation,
      apiversion: '20240301',
    });
    expect(stack.sandbox.traffic.counts.refused).toBe(0);
  });

  it('is an operation of its own, counted by its outcome', async () => {
    await service.http.get(`/v1/customer-profiles/${stack.newCustomer('no-billing-customer').resource.customerId}`);
    const { text } = await service.http.get('/metrics').expect(200);
    expect(text).toMatch(/operation="find_customer",state="found"/);
    expect(text).toMatch(/operation="find_customer",state="none"/);
  });
});

describe('the sandbox', () => {
  const ask = async (sandbox: Sandbox, query: string, headers: Record<string, string> = {}): Promise<number> => {
    const { apiKey, organisation } = credentials.billing;
    const answer = await fetch(`${sandbox.url}/customers?${query}`, {
      headers: { 'x-api-key': apiKey, organisation, ...headers },
    });
    return answer.status;
  };

  it.each([
    ['external_id=1005', 200],
    [`external_id=${'x'.repeat(255)}`, 200],
    [`external_id=${'x'.repeat(256)}`, 422],
    ['external_id=', 422],
    ['external_id=1&external_id=2', 422],
    ['external_id=1&limit=5', 422],
    ['externalId=1', 422],
  ])('answers a search for ?%s with %d', async (query, status) => {
    expect(await ask(stack.sandbox, query)).toBe(status);
  });

  it('refuses a search without the key or for another organisation', async () => {
    expect(await ask(stack.sandbox, 'external_id=1', { 'x-api-key': 'x' })).toBe(403);
    expect(await ask(stack.sandbox, 'external_id=1', { organisation: 'x' })).toBe(401);
  });
});

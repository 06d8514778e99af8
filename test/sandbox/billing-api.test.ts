import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectorNames } from '../../sandbox/connectors.ts';
import { customer } from '../../sandbox/customers/customers.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { billingHeaders, readConnector, send } from './calling.ts';

const billingCustomerId = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

function billingIdOf(slug: string): string {
  return customer(slug).billingCustomerId ?? 'none';
}

describe('GET /customers/{id}/connector/{name}', () => {
  it('answers the example of the specification', async () => {
    const answer = await readConnector(sandbox, billingCustomerId, 'stripe');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.json()).toEqual({
      connector_name: 'stripe',
      reference_id: 'cus_12345',
      customer_name: 'Acme Corporation',
      email: 'billing@acme.com',
    });
  });

  it.each(connectorNames)('answers 200 for %s of a customer linked everywhere', async (connector) => {
    expect((await readConnector(sandbox, billingCustomerId, connector)).json()).toMatchObject({
      connector_name: connector,
    });
    expect(sandbox.traffic.counts.bySource[connector]).toBe(1);
  });

  it('finds the customer by an id in any case', async () => {
    expect((await readConnector(sandbox, billingCustomerId.toUpperCase(), 'xero')).status).toBe(200);
  });

  it('sends a null reference and e-mail as null, and leaves absent ones out', async () => {
    const id = billingIdOf('linked-without-reference');
    expect((await readConnector(sandbox, id, 'stripe')).json()).toHaveProperty('reference_id', null);
    expect((await readConnector(sandbox, id, 'quickbooks')).json()).toHaveProperty('email', null);
    const bare = (await readConnector(sandbox, id, 'avalara')).json();
    expect(bare).toEqual({ connector_name: 'avalara', customer_name: 'Tern & Daughters' });
  });

  it.each([
    ['some-connectors', 'quickbooks', "No integration found for connector 'quickbooks'."],
    ['some-connectors', 'adyen', "No integration found for connector 'adyen'."],
    ['some-connectors', 'faxmachine', "No integration found for connector 'faxmachine'."],
    ['some-connectors', 'constructor', "No integration found for connector 'constructor'."],
    ['some-connectors', 'xero', 'The requested integration is no longer available.'],
    ['failing-connectors', 'adyen', 'An error occurred while processing your request.'],
  ])('answers %s with %s: 400 "%s"', async (slug, connector, message) => {
    const answer = await readConnector(sandbox, billingIdOf(slug), connector);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ error_code: 'BAD_REQUEST', message });
  });

  it('answers a failure inside as the documented 500', async () => {
    const answer = await readConnector(sandbox, billingIdOf('failing-connectors'), 'netsuite');
    expect(answer.status).toBe(500);
    expect(answer.json()).toEqual({
      error_code: 'INTERNAL_SERVER_ERROR',
      message: 'Failed to retrieve customer connector details',
    });
  });

  it.each([billingIdOf('unknown-to-billing'), '00000000-0000-4000-8000-000000000000'])(
    'answers 404 for the unknown customer %s',
    async (id) => {
      const answer = await readConnector(sandbox, id, 'stripe');
      expect(answer.status).toBe(404);
      expect(answer.json()).toEqual({ error_code: 'NOT_FOUND', message: 'Customer not found' });
    },
  );

  it.each(['9876543210', `{${billingCustomerId}}`, billingCustomerId.slice(1), `urn:uuid:${billingCustomerId}`])(
    'answers 422 for the id %s, which is no UUID',
    async (id) => {
      const answer = await readConnector(sandbox, id, 'stripe');
      expect(answer.status).toBe(422);
      expect(answer.json()).toEqual({
        status_code: 10422,
        message: '1 validation error for Path; customer_id: value is not a valid uuid',
      });
      expect(sandbox.traffic.counts.invalidIds).toBe(1);
    },
  );

  it.each([
    ['a missing key', { 'x-api-key': undefined }, 403],
    ['a wrong key', { 'x-api-key': 'other' }, 403],
    ['a missing organisation', { organisation: undefined }, 401],
    ['a wrong organisation', { organisation: billingCustomerId }, 401],
  ])('refuses %s', async (_, changes, status) => {
    const answer = await readConnector(sandbox, billingCustomerId, 'stripe', changes);
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ Message: 'User is not authorized to access this resource' });
    expect(sandbox.traffic.counts.refused).toBe(1);
  });

  it('records the API version a caller asks for', async () => {
    await readConnector(sandbox, billingCustomerId, 'stripe', { apiversion: '20240301' });
    expect(sandbox.traffic.requests[0]?.headers.apiversion).toBe('20240301');
  });

  it('answers 405 for other methods and 404 for other routes', async () => {
    const headers = billingHeaders();
    const path = `/customers/${billingCustomerId}/connector`;
    expect((await send(sandbox, `${path}/stripe`, { method: 'POST', headers })).status).toBe(405);
    expect((await send(sandbox, path, { headers })).status).toBe(404);
    expect((await send(sandbox, `${path}/stripe/more`, { headers })).status).toBe(404);
  });
});

describe('GET /customers/{id}', () => {
  it('answers one billing customer, its times without a zone', async () => {
    const answer = await send(sandbox, `/customers/${billingCustomerId}`, { headers: billingHeaders() });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual(customer('fully-linked').billingCustomer);
    expect(answer.json()).toMatchObject({ external_id: '9876543210', created_at: '2023-03-14T09:00:00' });
  });

  it('makes a billing customer where the data has none', async () => {
    const id = billingIdOf('failing-connectors');
    const answer = await send(sandbox, `/customers/${id}`, { headers: billingHeaders() });
    expect(answer.json()).toMatchObject({ id, external_id: '1005110003' });
  });

  it('answers 404 for an unknown id and 422 for one that is no UUID', async () => {
    const headers = billingHeaders();
    expect((await send(sandbox, `/customers/${billingIdOf('unknown-to-billing')}`, { headers })).status).toBe(404);
    expect((await send(sandbox, '/customers/9876543210', { headers })).status).toBe(422);
  });
});

describe('GET /customers?external_id=', () => {
  async function found(query: string): Promise<unknown> {
    return (await send(sandbox, `/customers?${query}`, { headers: billingHeaders() })).json();
  }

  it('answers exact matches alone, in an array under data', async () => {
    expect(await found('external_id=9876543210')).toEqual({ data: [customer('fully-linked').billingCustomer] });
    expect(await found('external_id=987654321')).toEqual({ data: [] });
    expect(sandbox.traffic.counts.bySource.billingCustomers).toBe(2);
  });

  it('answers both customers of an ambiguous external_id', async () => {
    expect(await found('external_id=1005110022')).toMatchObject({
      data: [{ id: billingIdOf('ambiguous-external-id') }, { id: billingIdOf('ambiguous-external-id-twin') }],
    });
  });

  it('answers a billing customer shared by two reseller customers once', async () => {
    expect(await found('external_id=1005110020')).toMatchObject({
      data: [{ id: billingIdOf('shared-billing-first') }],
    });
  });

  it('answers the array under results when configured so', async () => {
    sandbox.billingList.key = 'results';
    expect(await found('external_id=987654321')).toEqual({ results: [] });
  });

  it('refuses a parameter it does not know, in the second shape of a 422', async () => {
    const answer = await send(sandbox, '/customers?search=custom_data.x%3Dy', { headers: billingHeaders() });
    expect(answer.status).toBe(422);
    expect(answer.json()).toMatchObject({ detail: [{ loc: ['query', 'search'] }] });
  });
});

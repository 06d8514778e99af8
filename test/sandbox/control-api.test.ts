import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { credentials } from '../../sandbox/credentials.ts';
import { customers } from '../../sandbox/customers/customers.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { billingHeaders, readConnector, readCustomer, type Received, requestToken, send } from './calling.ts';

const customerId = '9876543210';
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

function control(method: string, path: string, body?: unknown): Promise<Received> {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  return send(sandbox, `/_sandbox${path}`, { method, ...content });
}

describe('/_sandbox/faults', () => {
  it('sets, lists with the times left, and clears', async () => {
    expect((await control('PUT', '/faults/reseller', { kind: 'status', status: 500, times: 2 })).status).toBe(204);
    await control('PUT', '/faults/xero', { kind: 'hang' });
    expect((await readCustomer(sandbox, customerId)).status).toBe(500);
    const reseller = { kind: 'status', status: 500, times: 1 };
    expect((await control('GET', '/faults')).json()).toEqual({ reseller, xero: { kind: 'hang' } });
    expect((await control('DELETE', '/faults/xero')).status).toBe(204);
    expect((await control('GET', '/faults')).json()).toEqual({ reseller });
    await control('DELETE', '/faults');
    expect((await control('GET', '/faults')).json()).toEqual({});
  });

  it('takes a hold, and lets go of what it holds on DELETE', async () => {
    expect((await control('PUT', '/faults/reseller', { kind: 'hold' })).status).toBe(204);
    expect((await control('GET', '/faults')).json()).toEqual({ reseller: { kind: 'hold' } });
    const held = readCustomer(sandbox, customerId);
    await sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    expect((await control('GET', '/traffic')).json()).toMatchObject({ byStatus: {} });
    expect((await control('DELETE', '/faults/reseller')).status).toBe(204);
    expect((await held).status).toBe(200);
  });

  it.each([
    ['PUT', '/faults/reseller', { kind: 'delay', delayMs: -1, more: 1 }, ['more is not a field', 'delayMs must be']],
    ['PUT', '/faults/reseller', '{', ['the body must be JSON']],
    ['PUT', '/faults/strip', { kind: 'hang' }, ["source 'strip' is unknown"]],
    ['DELETE', '/faults/strip', undefined, ["source 'strip' is unknown"]],
  ])('%s %s with %j is a 400 naming everything wrong', async (method, path, body, problems) => {
    const answer = await control(method, path, body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ problems: problems.map((problem) => expect.stringContaining(problem)) });
  });
});

describe('/_sandbox/traffic', () => {
  it('shows counts and requests, itself not among them, and forgets on DELETE', async () => {
    await readCustomer(sandbox, customerId);
    expect((await control('GET', '/traffic')).json()).toMatchObject({
      bySource: { reseller: 1, stripe: 0 },
      byStatus: { 200: 1 },
      requests: [{ source: 'reseller', path: `/v3/customers/${customerId}`, status: 200 }],
    });
    expect((await control('DELETE', '/traffic')).status).toBe(204);
    expect((await control('GET', '/traffic')).json()).toMatchObject({ bySource: { reseller: 0 }, requests: [] });
  });
});

describe('/_sandbox/tokens/expire', () => {
  it('makes every issued token refused', async () => {
    const { access_token } = (await requestToken(sandbox)).json() as { access_token: string };
    const Authorization = `Bearer ${access_token}`;
    expect((await readCustomer(sandbox, customerId, { Authorization })).status).toBe(200);
    expect((await control('POST', '/tokens/expire')).status).toBe(204);
    expect((await readCustomer(sandbox, customerId, { Authorization })).status).toBe(401);
  });
});

describe('/_sandbox/customers', () => {
  const billingCustomerId = '7a3c2f10-0d4e-4a51-8b77-0123456789ab';

  it('lists the customers, without their resources', async () => {
    const expected = customers.map(({ slug, about, resource, billingCustomerId: id }) => {
      return { slug, about, customerId: resource.customerId, billingCustomerId: id };
    });
    expect((await control('GET', '/customers')).json()).toEqual(expected);
  });

  it('adds a customer to both upstreams, and DELETE brings back the built-in ones', async () => {
    const connectors = { stripe: { outcome: 'linked', customer_name: 'New', reference_id: 'cus_9' } };
    const encoded = `/customers/${encodeURIComponent('Zoë-2026')}`;
    expect(
      (await control('PUT', encoded, { billingCustomerId, connectors, resource: { status: '1000' } })).status,
    ).toBe(204);
    expect((await readCustomer(sandbox, 'Zoë-2026')).json()).toEqual({ status: '1000', customerId: 'Zoë-2026' });
    expect((await readConnector(sandbox, billingCustomerId, 'stripe')).json()).toMatchObject({ reference_id: 'cus_9' });
    await control('DELETE', '/customers');
    expect((await readCustomer(sandbox, 'Zoë-2026')).status).toBe(404);
    expect((await readConnector(sandbox, billingCustomerId, 'stripe')).status).toBe(404);
  });

  it('finds a billing customer that was added in upper case', async () => {
    const upper = billingCustomerId.toUpperCase();
    await control('PUT', '/customers/1234567890', { billingCustomerId: upper, resource: {} });
    expect((await readConnector(sandbox, billingCustomerId, 'stripe')).status).toBe(400);
  });

  it('replacing a customer takes its old billing customer away', async () => {
    await control('PUT', `/customers/${customerId}`, { billingCustomerId, resource: { status: '1004' } });
    expect((await readCustomer(sandbox, customerId)).json()).toEqual({ customerId, status: '1004' });
    expect((await readConnector(sandbox, billingCustomerId, 'stripe')).status).toBe(400);
    expect((await readConnector(sandbox, '3fa85f64-5717-4562-b3fc-2c963f66afa6', 'stripe')).status).toBe(404);
  });

  it.each([
    [null, 'a customer is a JSON object with a resource'],
    [{}, 'a customer is a JSON object with a resource'],
    [{ resource: { customerId: 'other' } }, 'resource.customerId must be the one in the path'],
    [{ resource: {}, slug: 1 }, 'slug must be text'],
    [{ resource: {}, billingCustomerId: 1 }, 'billingCustomerId must be a UUID or null'],
    [{ resource: {}, billingCustomerId: '9876543210' }, 'billingCustomerId must be a UUID or null'],
    [{ resource: {}, conectors: {} }, 'conectors is not a field of a customer'],
    [{ resource: {}, connectors: [] }, 'connectors must be an object'],
    [{ resource: {}, connectors: { xero: { outcome: 'gone' } } }, 'connectors.xero must have an outcome'],
    [{ resource: {}, connectors: { xero: { outcome: 'linked' } } }, 'connectors.xero must have an outcome'],
    [{ resource: {}, unknownToBilling: 'yes' }, 'unknownToBilling must be true or false'],
  ])('refuses %j: %s', async (body, problem) => {
    const answer = await control('PUT', '/customers/1234567890', body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ problems: [expect.stringContaining(problem)] });
  });
});

describe('/_sandbox/billing-list', () => {
  it('changes the key of the list of billing customers', async () => {
    expect((await control('PUT', '/billing-list', { key: 'results' })).status).toBe(204);
    const list = await send(sandbox, '/customers?external_id=none', { headers: billingHeaders() });
    expect(list.json()).toEqual({ results: [] });
    expect((await control('PUT', '/billing-list', { key: 'items' })).status).toBe(400);
  });
});

describe('/_sandbox', () => {
  it.each([
    ['GET', ''],
    ['GET', '/nothing'],
    ['POST', '/faults'],
    ['PUT', '/faults/a/b'],
  ])('%s %s is a 404 that names every route', async (method, path) => {
    const answer = await control(method, path);
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('/_sandbox/faults/{source}');
  });

  it('shows no credential', async () => {
    await readCustomer(sandbox, customerId);
    await requestToken(sandbox);
    const { text } = await control('GET', '/traffic');
    expect(text).not.toContain(credentials.reseller.accessToken);
    expect(text).not.toContain(credentials.reseller.apiKey);
    expect(text).not.toContain(credentials.reseller.clientSecret);
  });

  it('cuts off a body above 1 MiB', async () => {
    await expect(control('PUT', '/customers/1234567890', ' '.repeat(3_000_000))).rejects.toThrow(
      /EPIPE|ECONNRESET|hang up/,
    );
    expect((await control('GET', '/faults')).status).toBe(200);
  });
});

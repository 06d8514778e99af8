import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { credentials } from '../../sandbox/credentials.ts';
import { customer } from '../../sandbox/customers/customers.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { readCustomer, requestToken, resellerHeaders, send } from './calling.ts';

const customerId = '9876543210';
let sandbox: Sandbox;
let now = 0;

beforeEach(async () => {
  now = Date.parse('2026-01-01T00:00:00Z');
  sandbox = await startSandbox({ tokenLifetimeSeconds: 60, now: () => now });
});
afterEach(() => sandbox.close());

describe('GET /v3/customers/{id}', () => {
  it('answers the resource with the ids of the call', async () => {
    const answer = await readCustomer(sandbox, customerId, { 'X-Request-Id': 'r-1', 'X-Correlation-Id': 'c-1' });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual(customer('fully-linked').resource);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'x-request-id': 'r-1',
      'x-correlation-id': 'c-1',
    });
  });

  it('generates the request id of a caller that sends none', async () => {
    const answer = await readCustomer(sandbox, customerId, { 'X-Request-Id': undefined });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });

  it.each([
    ['X-Api-Key missing', { 'X-Api-Key': undefined }, 403, '4115', undefined],
    ['X-Api-Key wrong', { 'X-Api-Key': 'other' }, 403, '4115', undefined],
    ['Authorization missing', { Authorization: undefined }, 403, '4117', undefined],
    ['Authorization of an unknown token', { Authorization: 'Bearer other' }, 401, '4116', undefined],
    ['Authorization without Bearer', { Authorization: credentials.reseller.accessToken }, 401, '4116', undefined],
    ['Accept missing', { Accept: undefined }, 400, '1121', ['Accept']],
    ['Accept */*', { Accept: '*/*' }, 400, '1121', ['Accept']],
    ['Accept as a list', { Accept: 'application/json, text/plain, */*' }, 400, '1121', ['Accept']],
    ['Accept as a list with parameters', { Accept: 'application/json;q=1, */*' }, 400, '1121', ['Accept']],
    ['Content-Type missing', { 'Content-Type': undefined }, 400, '1121', ['Content-Type']],
    ['Content-Type text/plain', { 'Content-Type': 'text/plain' }, 400, '1121', ['Content-Type']],
    ['X-Correlation-Id missing', { 'X-Correlation-Id': undefined }, 400, '4119', ['X-Correlation-Id']],
  ])('refuses: %s', async (_, changes, status, code, additionalDetails) => {
    const answer = await readCustomer(sandbox, customerId, changes);
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({
      code,
      message: expect.any(String),
      ...(additionalDetails && { additionalDetails }),
    });
    expect(sandbox.traffic.counts.refused).toBe(1);
  });

  it('checks the API key before the token, and the token before the other headers', async () => {
    const wrongInAll = { 'X-Api-Key': 'other', Authorization: undefined, Accept: undefined };
    expect((await readCustomer(sandbox, customerId, wrongInAll)).json()).toMatchObject({ code: '4115' });
    const wrongInTwo = { Authorization: undefined, Accept: undefined };
    expect((await readCustomer(sandbox, customerId, wrongInTwo)).json()).toMatchObject({ code: '4117' });
  });

  it('accepts parameters on the media types', async () => {
    const changes = { Accept: 'application/json; q=1', 'Content-Type': 'application/json; charset=utf-8' };
    expect((await readCustomer(sandbox, customerId, changes)).status).toBe(200);
  });

  it('answers 404 with code 1116 for a customer it does not know', async () => {
    const answer = await readCustomer(sandbox, '1234567890');
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ code: '1116' });
    expect(sandbox.traffic.counts.invalidIds).toBe(0);
  });

  it.each(['abc', 'x'.repeat(41), 'a%20b%20c%20d', 'a%2Fbcd', '..', '%2e%2e', '%zz%zz', '%ff%fe%fd%fc', '12_45'])(
    'counts the id %s as invalid and answers 404',
    async (segment) => {
      const answer = await send(sandbox, `/v3/customers/${segment}`, { headers: resellerHeaders() });
      expect(answer.status).toBe(404);
      expect(sandbox.traffic.counts.invalidIds).toBe(1);
    },
  );

  it('finds an id with letters outside ASCII', async () => {
    const answer = await readCustomer(sandbox, 'Кедр-4471');
    expect(answer.json()).toMatchObject({ customerId: 'Кедр-4471' });
  });

  it.each(['/v3/customers/', '/v3/customers'])('answers %s, an empty id, with a list', async (path) => {
    const answer = await send(sandbox, path, { headers: resellerHeaders() });
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ count: 25, offset: 0, customers: expect.any(Array) });
    expect(answer.json()).not.toHaveProperty('customerId');
    expect(sandbox.traffic.counts.invalidIds).toBe(1);
  });

  it('answers 405 for other methods', async () => {
    const answer = await send(sandbox, `/v3/customers/${customerId}`, { method: 'PATCH', headers: resellerHeaders() });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET');
  });

  it.each(['/', '/v3/orders', `/v3/customers/${customerId}/orders`, '/v4/customers/1'])(
    'answers the unknown route %s in the shape of the gateway',
    async (path) => {
      const answer = await send(sandbox, path, { headers: resellerHeaders() });
      expect(answer.status).toBe(404);
      expect(answer.json()).toEqual({ error_code: '404001', message: 'Not Found' });
      expect(sandbox.traffic.counts.bySource.unrouted).toBe(1);
    },
  );
});

describe('a correlation id that was answered', () => {
  it('is given the stored answer byte for byte, whatever the customer, its change and the request id', async () => {
    const first = await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c', 'X-Request-Id': 'r' });
    sandbox.customers.put({ ...customer('fully-linked'), resource: { customerId, status: '1004' } });
    const again = await readCustomer(sandbox, 'P1005229864', { 'X-Correlation-Id': 'c', 'X-Request-Id': 'r' });
    expect(again.status).toBe(200);
    expect(again.text).toBe(first.text);
    expect(again.headers['x-request-id']).toBe('r');
    expect(sandbox.traffic.counts).toMatchObject({ replays: 1, duplicateRequestIds: 0 });
  });

  it('is given a stored refusal although the token has become right', async () => {
    const changes = { 'X-Correlation-Id': 'c' };
    expect((await readCustomer(sandbox, customerId, { ...changes, Authorization: 'Bearer old' })).status).toBe(401);
    expect((await readCustomer(sandbox, customerId, changes)).status).toBe(401);
    expect((await readCustomer(sandbox, customerId)).status).toBe(200);
    expect(sandbox.traffic.counts).toMatchObject({ refused: 1, replays: 1 });
  });

  it('is given a stored fault after the fault is over', async () => {
    sandbox.faults.set('reseller', { kind: 'status', status: 429, times: 1 });
    expect((await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' })).status).toBe(429);
    const again = await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    expect(again.status).toBe(429);
    expect(again.json()).toMatchObject({ code: '4118' });
  });

  it('hands no stored answer to a caller without credentials', async () => {
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    const stranger = await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c', Authorization: undefined });
    expect(stranger.json()).toMatchObject({ code: '4117' });
    expect(sandbox.traffic.counts.replays).toBe(0);
  });

  it('keeps the first answer when a later one is a refusal', async () => {
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c', Authorization: 'Bearer old' });
    expect((await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' })).status).toBe(200);
  });

  it('is new again after ten days', async () => {
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    now += 10 * 24 * 3_600_000 - 1;
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    expect(sandbox.traffic.counts.replays).toBe(1);
    now += 1;
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    expect(sandbox.traffic.counts.replays).toBe(1);
  });
});

describe('a request without an answer', () => {
  it('stores nothing under its correlation id, yet has used its request id', async () => {
    sandbox.faults.set('reseller', { kind: 'reset', times: 1 });
    const ids = { 'X-Correlation-Id': 'c', 'X-Request-Id': 'r' };
    await expect(readCustomer(sandbox, customerId, ids)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const sameCorrelation = await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    expect(sameCorrelation.status).toBe(200);
    expect(sandbox.traffic.counts.replays).toBe(0);
    const sameRequest = await readCustomer(sandbox, customerId, { 'X-Request-Id': 'r' });
    expect(sameRequest.json()).toMatchObject({ code: '4120' });
  });
});

describe('a request id that was used', () => {
  it('is refused with 4120 under a new correlation id', async () => {
    await readCustomer(sandbox, customerId, { 'X-Request-Id': 'r' });
    const again = await readCustomer(sandbox, customerId, { 'X-Request-Id': 'r' });
    expect(again.status).toBe(400);
    expect(again.json()).toMatchObject({ code: '4120', additionalDetails: ['X-Request-Id'] });
    expect(sandbox.traffic.counts).toMatchObject({ duplicateRequestIds: 1, replays: 0 });
  });

  it('is used up by a refused request too', async () => {
    await readCustomer(sandbox, customerId, { 'X-Request-Id': 'r', Authorization: 'Bearer old' });
    expect((await readCustomer(sandbox, customerId, { 'X-Request-Id': 'r' })).json()).toMatchObject({ code: '4120' });
  });
});

describe('tokens', () => {
  async function issued(): Promise<string> {
    const { access_token } = (await requestToken(sandbox)).json() as { access_token: string };
    return `Bearer ${access_token}`;
  }

  it('are accepted until their lifetime ends', async () => {
    const Authorization = await issued();
    now += 59_999;
    expect((await readCustomer(sandbox, customerId, { Authorization })).status).toBe(200);
    now += 1;
    expect((await readCustomer(sandbox, customerId, { Authorization })).json()).toMatchObject({ code: '4116' });
  });

  it('are all refused after expireAll, but for the static one and those issued later', async () => {
    const Authorization = await issued();
    sandbox.tokens.expireAll();
    expect((await readCustomer(sandbox, customerId, { Authorization })).status).toBe(401);
    expect((await readCustomer(sandbox, customerId)).status).toBe(200);
    expect((await readCustomer(sandbox, customerId, { Authorization: await issued() })).status).toBe(200);
  });
});

describe('GET /partnerservice/ping', () => {
  it('answers pong as plain text to the API key alone, and never replays', async () => {
    const headers = { 'X-Api-Key': credentials.reseller.apiKey };
    const answer = await send(sandbox, '/partnerservice/ping', { headers });
    expect(answer.text).toBe('pong');
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect((await send(sandbox, '/partnerservice/ping')).status).toBe(403);
  });
});

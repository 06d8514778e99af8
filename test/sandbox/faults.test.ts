import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { customer } from '../../sandbox/customers/customers.ts';
import type { Fault, FaultSource } from '../../sandbox/faults/faults.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import {
  billingHeaders,
  open,
  readConnector,
  readCustomer,
  readUntilError,
  type Received,
  requestToken,
  resellerHeaders,
  send,
} from './calling.ts';

const customerId = '9876543210';
const billingId = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const path = `/v3/customers/${customerId}`;
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

async function readWith(fault: Fault): Promise<Received> {
  sandbox.faults.set('reseller', fault);
  return readCustomer(sandbox, customerId);
}

describe('delay', () => {
  it('gives the true answer, not before its time', async () => {
    sandbox.faults.set('stripe', { kind: 'delay', delayMs: 60_000 });
    const late = expect(readConnector(sandbox, billingId, 'stripe')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await sandbox.traffic.until(({ bySource }) => bySource.stripe === 1);
    const answer = await readWith({ kind: 'delay', delayMs: 1 });
    expect(answer.json()).toEqual(customer('fully-linked').resource);
    expect(sandbox.traffic.counts.byStatus).toEqual({ 200: 1 });
    await sandbox.close();
    await late;
  });

  it('stores nothing when the caller leaves before the answer', async () => {
    sandbox.faults.set('reseller', { kind: 'delay', delayMs: 60_000 });
    const leaving = new AbortController();
    const headers = resellerHeaders({ 'X-Correlation-Id': 'c' });
    const left = open(sandbox, path, { headers, signal: leaving.signal });
    await sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    await sandbox.traffic.until(({ aborted }) => aborted === 1);
    sandbox.faults.clear();
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    expect(sandbox.traffic.counts).toMatchObject({ replays: 0, byStatus: { none: 1, 200: 1 } });
  });
});

describe('hang', () => {
  it('never answers, and the request counts as aborted once the caller leaves', async () => {
    sandbox.faults.set('stripe', { kind: 'hang' });
    const leaving = new AbortController();
    const target = `/customers/${billingId}/connector/stripe`;
    const left = open(sandbox, target, { headers: billingHeaders(), signal: leaving.signal });
    await sandbox.traffic.until(({ bySource }) => bySource.stripe === 1);
    expect(sandbox.traffic.counts).toMatchObject({ byStatus: {}, aborted: 0, openConnections: 1 });
    leaving.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    await sandbox.traffic.until(({ openConnections, aborted }) => openConnections === 0 && aborted === 1);
    expect(sandbox.traffic.requests).toMatchObject([{ source: 'stripe', status: 'none', aborted: true }]);
  });

  it.each(['hang', 'hold'] as const)('like %s does not keep the sandbox from closing', async (kind) => {
    sandbox.faults.set('stripe', { kind });
    const hanging = readConnector(sandbox, billingId, 'stripe');
    await Promise.all([
      expect(hanging).rejects.toMatchObject({ code: 'ECONNRESET' }),
      sandbox.traffic.until(({ bySource }) => bySource.stripe === 1).then(() => sandbox.close()),
    ]);
    // A connection that a busy machine had accepted before is reset.
    const code = expect.stringMatching(/^ECONN(REFUSED|RESET)$/);
    await expect(send(sandbox, '/')).rejects.toMatchObject({ code });
  });
});

describe('hold', () => {
  const arrived = (count: number): Promise<void> =>
    sandbox.traffic.until(({ bySource }) => Object.values(bySource).reduce((sum, one) => sum + one) === count);

  it('gives the true answer once the fault is cleared, that of the source or all, and not before', async () => {
    for (const source of ['reseller', 'stripe', 'billing'] as const) sandbox.faults.set(source, { kind: 'hold' });
    const customerRead = readCustomer(sandbox, customerId);
    const [stripe, xero] = ['stripe', 'xero'].map((name) => readConnector(sandbox, billingId, name));
    await arrived(3);
    await requestToken(sandbox);
    expect(sandbox.traffic.counts.byStatus).toEqual({ 200: 1 });
    sandbox.faults.clear('stripe');
    expect((await stripe)?.json()).toMatchObject({ reference_id: 'cus_12345' });
    expect(sandbox.traffic.counts.byStatus).toEqual({ 200: 2 });
    expect(sandbox.faults.list()).toEqual({ reseller: { kind: 'hold' }, billing: { kind: 'hold' } });
    sandbox.faults.clear();
    expect((await customerRead).json()).toEqual(customer('fully-linked').resource);
    expect((await xero)?.status).toBe(200);
    expect(sandbox.faults.list()).toEqual({});
  });

  it('holds as many requests as it is given times, until it is cleared', async () => {
    sandbox.faults.set('reseller', { kind: 'hold', times: 1 });
    const held = readCustomer(sandbox, customerId);
    await arrived(1);
    expect(sandbox.faults.list()).toEqual({});
    expect((await readCustomer(sandbox, customerId)).status).toBe(200);
    expect(sandbox.traffic.counts.byStatus).toEqual({ 200: 1 });
    sandbox.faults.clear('reseller');
    expect((await held).json()).toEqual(customer('fully-linked').resource);
  });

  it('answers and stores nothing for a caller who has left', async () => {
    sandbox.faults.set('reseller', { kind: 'hold' });
    const leaving = new AbortController();
    const headers = resellerHeaders({ 'X-Correlation-Id': 'c' });
    const left = open(sandbox, path, { headers, signal: leaving.signal });
    await arrived(1);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    await sandbox.traffic.until(({ aborted }) => aborted === 1);
    sandbox.faults.clear();
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    expect(sandbox.traffic.counts).toMatchObject({ replays: 0, aborted: 1, byStatus: { none: 1, 200: 1 } });
  });
});

describe('reset', () => {
  it('cuts the connection before any header', async () => {
    await expect(readWith({ kind: 'reset' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    await sandbox.traffic.until(({ byStatus }) => byStatus.none === 1);
    expect(sandbox.traffic.counts.aborted).toBe(0);
  });
});

describe('reset-mid-body', () => {
  it('sends the headers of the true answer and half of its body, then cuts', async () => {
    const whole = (await readCustomer(sandbox, customerId)).text;
    sandbox.faults.set('reseller', { kind: 'reset-mid-body' });
    const response = await open(sandbox, path, { headers: resellerHeaders() });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-length']).toBe(String(Buffer.byteLength(whole)));
    const { text, error } = await readUntilError(response);
    expect(text).toBe(whole.slice(0, whole.length >> 1));
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('counts as answered: the correlation id is replayed', async () => {
    sandbox.faults.set('reseller', { kind: 'reset-mid-body', times: 1 });
    const cut = await open(sandbox, path, { headers: resellerHeaders({ 'X-Correlation-Id': 'c' }) });
    await readUntilError(cut);
    expect((await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' })).status).toBe(200);
    expect(sandbox.traffic.counts.replays).toBe(1);
  });
});

describe('stall', () => {
  it('sends one byte and nothing more', async () => {
    sandbox.faults.set('reseller', { kind: 'stall' });
    const response = await open(sandbox, path, { headers: resellerHeaders() });
    const text = await new Promise((resolve) =>
      response.once('data', (chunk: Buffer) => {
        resolve(chunk.toString());
      }),
    );
    expect(text).toBe('{');
    response.destroy();
    await sandbox.traffic.until(({ aborted }) => aborted === 1);
    expect(sandbox.traffic.counts.byStatus).toEqual({ 200: 1 });
  });
});

describe('drip', () => {
  it('sends the true body, a byte at a time', async () => {
    sandbox.faults.set('stripe', { kind: 'drip', intervalMs: 1 });
    const response = await open(sandbox, `/customers/${billingId}/connector/stripe`, { headers: billingHeaders() });
    const chunks: string[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk.toString());
    expect(JSON.parse(chunks.join(''))).toMatchObject({ reference_id: 'cus_12345' });
    expect(chunks.length).toBeGreaterThan(20);
  });

  it('keeps to its interval, ends when the caller leaves, and counts it as aborted', async () => {
    sandbox.faults.set('reseller', { kind: 'drip', intervalMs: 60_000 });
    const response = await open(sandbox, path, { headers: resellerHeaders() });
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(response, 'data');
    // The second byte is not sent while another answer is.
    await requestToken(sandbox);
    expect(text).toBe('{');
    response.destroy();
    await sandbox.traffic.until(({ aborted, openConnections }) => aborted === 1 && openConnections === 0);
    expect(sandbox.traffic.requests[0]).toMatchObject({ status: 200, aborted: true });
  });
});

describe('status', () => {
  it.each([
    [400, { code: '1121' }],
    [401, { code: '4116' }],
    [403, { code: '4115' }],
    [404, { code: '1116' }],
    [429, { code: '4118' }],
    [500, { code: '1124' }],
    [503, { error_code: '503001' }],
    [504, { error_code: '504001' }],
  ])('%d of the reseller API has its documented body', async (status, body) => {
    const answer = await readWith({ kind: 'status', status });
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject(body);
    expect(answer.headers['x-request-id']).toMatch(/./);
  });

  it.each([
    [400, { error_code: 'BAD_REQUEST', message: 'An error occurred while processing your request.' }],
    [401, { Message: 'User is not authorized to access this resource' }],
    [403, { Message: 'User is not authorized to access this resource' }],
    [404, { error_code: 'NOT_FOUND' }],
    [422, { status_code: 10422 }],
    [500, { error_code: 'INTERNAL_SERVER_ERROR' }],
    [429, { message: 'Too Many Requests' }],
    [502, { message: 'Bad Gateway' }],
  ])('%d of the billing API has its documented body', async (status, body) => {
    sandbox.faults.set('billing', { kind: 'status', status });
    const answer = await readConnector(sandbox, billingId, 'hubspot');
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject(body);
  });

  it.each([
    [400, 'invalid_client'],
    [403, 'access_denied'],
    [429, 'too_many_requests'],
    [500, 'server_error'],
    [503, 'temporarily_unavailable'],
  ])('%d of the token endpoint has an OAuth body', async (status, error) => {
    sandbox.faults.set('token', { kind: 'status', status });
    expect((await requestToken(sandbox)).json()).toMatchObject({ error });
  });

  it('sends the body and headers it is given', async () => {
    const headers = { 'Retry-After': '1', 'content-type': 'text/html' };
    const answer = await readWith({ kind: 'status', status: 429, body: '<p>later</p>', headers });
    expect(answer.text).toBe('<p>later</p>');
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'text/html' });
    expect((await readWith({ kind: 'status', status: 403, body: { code: '4117' } })).json()).toEqual({ code: '4117' });
  });
});

describe('body', () => {
  it.each(['', 'null', '[]', '{"customerId":', '<html>', '{"__proto__":{"a":1}}'])(
    'sends %j as it is, with status 200',
    async (body) => {
      const answer = await readWith({ kind: 'body', body });
      expect(answer.status).toBe(200);
      expect(answer.text).toBe(body);
      expect(answer.headers['content-type']).toBe('application/json');
    },
  );

  it('sends the status and content type it is given', async () => {
    const answer = await readWith({ kind: 'body', body: '<html>', status: 502, contentType: 'text/html' });
    expect(answer.status).toBe(502);
    expect(answer.headers['content-type']).toBe('text/html');
  });
});

describe('oversized', () => {
  it('streams a JSON object of exactly that many bytes, without announcing its length', async () => {
    const answer = await readWith({ kind: 'oversized', bytes: 1_000_003 });
    expect(answer.text).toHaveLength(1_000_003);
    expect(answer.json()).toHaveProperty('padding');
    expect(answer.headers).not.toHaveProperty('content-length');
  });

  it('is a small download when gzipped', async () => {
    sandbox.faults.set('reseller', { kind: 'oversized', bytes: 10_000_000, gzip: true });
    const response = await open(sandbox, path, { headers: resellerHeaders() });
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    const packed = Buffer.concat(chunks);
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(packed.length).toBeLessThan(20_000);
    expect(gunzipSync(packed)).toHaveLength(10_000_000);
  });

  it('stops when the caller leaves', async () => {
    sandbox.faults.set('reseller', { kind: 'oversized', bytes: Number.MAX_SAFE_INTEGER });
    const response = await open(sandbox, path, { headers: resellerHeaders() });
    response.destroy();
    await sandbox.traffic.until(({ aborted, openConnections }) => aborted === 1 && openConnections === 0);
    expect(sandbox.traffic.requests[0]).toMatchObject({ status: 200, aborted: true });
  });
});

describe('redirect', () => {
  it('answers 302 with the location', async () => {
    const answer = await readWith({ kind: 'redirect', location: 'http://other.example.org/' });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe('http://other.example.org/');
  });
});

describe('override', () => {
  it('replaces, adds and removes top-level fields of the true answer', async () => {
    const patch = { customerId: '1111111111', novelty: [1] };
    const answer = await readWith({ kind: 'override', patch, remove: ['tags', 'status'] });
    expect(answer.json()).toEqual({ ...customer('fully-linked').resource, ...patch, status: undefined });
    expect(answer.text).not.toContain('"status"');
  });

  it('reaches the token endpoint, for lifetimes that make no sense', async () => {
    sandbox.faults.set('token', { kind: 'override', patch: { expires_in: -1 } });
    expect((await requestToken(sandbox)).json()).toMatchObject({ expires_in: -1, token_type: 'bearer' });
  });

  it('leaves an answer that is no JSON object alone', async () => {
    sandbox.faults.set('reseller', { kind: 'override', patch: { a: 1 } });
    expect((await send(sandbox, '/partnerservice/ping', { headers: resellerHeaders() })).text).toBe('pong');
  });
});

describe('the reach of a fault', () => {
  it('ends after the number of times it is given', async () => {
    sandbox.faults.set('reseller', { kind: 'status', status: 500, times: 2 });
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await readCustomer(sandbox, customerId)).status);
    expect(statuses).toEqual([500, 500, 200]);
    expect(sandbox.faults.list()).toEqual({});
  });

  it('is every connector and the billing customers for billing, but a connector goes by its own', async () => {
    sandbox.faults.set('billing', { kind: 'status', status: 503 });
    sandbox.faults.set('stripe', { kind: 'status', status: 502 });
    const status = async (target: string): Promise<number> =>
      (await send(sandbox, target, { headers: billingHeaders() })).status;
    expect(await status(`/customers/${billingId}/connector/stripe`)).toBe(502);
    expect(await status(`/customers/${billingId}/connector/xero`)).toBe(503);
    expect(await status(`/customers/${billingId}/connector/faxmachine`)).toBe(503);
    expect(await status(`/customers/${billingId}`)).toBe(503);
    expect((await readCustomer(sandbox, customerId)).status).toBe(200);
    sandbox.faults.clear('billing');
    expect(await status(`/customers/${billingId}/connector/xero`)).toBe(200);
    expect(await status(`/customers/${billingId}/connector/stripe`)).toBe(502);
  });

  it('does not hide that a request was wrong, nor is it used up by one', async () => {
    sandbox.faults.set('reseller', { kind: 'status', status: 500, times: 1 });
    expect((await readCustomer(sandbox, customerId, { Accept: '*/*' })).status).toBe(400);
    expect((await readCustomer(sandbox, customerId)).status).toBe(500);
  });

  it('in delivery hits replays as well', async () => {
    await readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    sandbox.faults.set('reseller', { kind: 'reset' });
    const replay = readCustomer(sandbox, customerId, { 'X-Correlation-Id': 'c' });
    await expect(replay).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('setting a fault', () => {
  it.each([
    [{ kind: 'explode' }, 'kind is unknown'],
    [{ kind: 'delay' }, 'delayMs must be'],
    [{ kind: 'delay', delayMs: -1 }, 'delayMs must be'],
    [{ kind: 'delay', delayMs: '5' }, 'delayMs must be'],
    [{ kind: 'hang', times: 0 }, 'times must be'],
    [{ kind: 'hang', delayMs: 5 }, 'delayMs is not a field of hang'],
    [{ kind: 'hold', delayMs: 5 }, 'delayMs is not a field of hold'],
    [{ kind: 'status', status: 99 }, 'status must be'],
    [{ kind: 'status', status: 500, headers: { 'a b': 'x' } }, 'headers must be'],
    [{ kind: 'status', status: 500, headers: { a: 'x\r\ny' } }, 'headers must be'],
    [{ kind: 'body', body: null }, 'body must be text'],
    [{ kind: 'oversized', bytes: 15 }, 'bytes must be'],
    [{ kind: 'redirect' }, 'location must be'],
    [{ kind: 'override', patch: [] }, 'patch must be'],
    [{ kind: 'override', patch: {}, remove: [1] }, 'remove must be'],
    [{ kind: 'drip', intervalMs: 0.5, extra: 1 }, 'extra is not a field of drip; intervalMs must be'],
    ['hang', 'a fault is a JSON object'],
  ])('%j is refused: %s', (fault, message) => {
    expect(() => {
      sandbox.faults.set('reseller', fault as unknown as Fault);
    }).toThrow(message);
    expect(sandbox.faults.list()).toEqual({});
  });

  it('for a source that does not exist is refused, naming those that do', () => {
    expect(() => {
      sandbox.faults.set('strip' as FaultSource, { kind: 'hang' });
    }).toThrow("source 'strip' is unknown; allowed: reseller, token, billing, billingCustomers, stripe");
  });
});

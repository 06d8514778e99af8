import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { selfSigned } from '../support/self-signed.ts';
import { type Service, type Variables } from '../support/service.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { failedAttempts, linkedCustomer, metric, portOf, resellerOnly, sourceOf, timedRead } from './reading.ts';

let stack: Stack;
let proxy: TcpProxy;
const services: Service[] = [];

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  proxy = await startTcpProxy(portOf(stack.sandbox.url));
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await Promise.all(services.splice(0).map((service) => service.close()));
  await proxy.close();
});

afterAll(() => stack.close());

async function start(more: Variables): Promise<Service> {
  const service = await stack.start(more);
  services.push(service);
  return service;
}

describe('a connection that is reset or ends before the headers (F4)', () => {
  it.each([
    ['reset before headers', { kind: 'reset', afterBytes: 0 }],
    ['ended before headers', { kind: 'cut', afterBytes: 0 }],
  ] as const)('%s: one retry within the budget, then 502; ids by the replay rule', async (_title, passage) => {
    const service = await start({ RESELLER_API_URL: proxy.url });
    proxy.passage = passage;
    const [path = ''] = resellerOnly(stack, 1);
    const { body } = await throughWaits(service, service.http.get(path).expect(502));
    expect(body).toMatchObject({ code: 'source_failed', state: 'upstream_error' });
    expect(proxy.counts.accepted).toBe(2);
    expect(failedAttempts(service, 'reseller').map(({ attempt }) => attempt)).toStrictEqual([1, 2]);
    expect(await metric(service, 'upstream_retries_total', { upstream: 'reseller' })).toBe(1);
    expect(stack.sandbox.traffic.counts.replays).toBeLessThanOrEqual(1);
  });

  it('once only: one retry, and the caller gets a complete answer', async () => {
    const service = await start({});
    stack.sandbox.faults.set('xero', { kind: 'reset', times: 1 });
    const { body } = await throughWaits(service, service.http.get(linkedCustomer(stack).path).expect(200));
    expect(body.complete).toBe(true);
    expect(stack.asked('xero')).toHaveLength(2);
  });
});

describe('an upstream that cannot be reached (F6)', () => {
  it('connection refused: partial at once, asked once for each connector', async () => {
    await proxy.close();
    const service = await start({ BILLING_API_URL: proxy.url });
    const { answer, elapsedMs } = await timedRead(service, linkedCustomer(stack).path);
    expect(answer.status).toBe(200);
    expect(answer.body.complete).toBe(false);
    expect(sourceOf(answer.body, 'reseller')).toMatchObject({ state: 'ok' });
    expect(sourceOf(answer.body, 'stripe')).toMatchObject({ state: 'upstream_error' });
    expect(failedAttempts(service, 'billing')).toHaveLength(11);
    expect(elapsedMs).toBe(0);
    proxy = await startTcpProxy(portOf(stack.sandbox.url));
  });

  it('unknown host: partial at once', async () => {
    const service = await start({ BILLING_API_URL: `http://${'x'.repeat(64)}.example.com` });
    const { status, body } = await service.http.get(linkedCustomer(stack).path);
    expect(status).toBe(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'upstream_error' });
    expect(failedAttempts(service, 'billing')[0]).toMatchObject({ reason: 'ENOTFOUND' });
  });

  it('bad certificate: partial at once, and nothing is sent', async () => {
    let requests = 0;
    const server = createServer(selfSigned(), () => (requests += 1)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const service = await start({ BILLING_API_URL: `https://127.0.0.1:${(server.address() as AddressInfo).port}` });
    const { status, body } = await service.http.get(linkedCustomer(stack).path);
    expect(status).toBe(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'upstream_error' });
    expect(failedAttempts(service, 'billing')[0]).toMatchObject({ reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(requests).toBe(0);
    server.close();
  });

  it('is counted by the breaker; recovery by probe', async () => {
    const service = await start({ RESELLER_API_URL: proxy.url, CACHE_FAILURE_SECONDS: '1' });
    await proxy.close();
    await Promise.all(
      resellerOnly(stack, 25).map((path) => service.http.get(path).expect(/source_(failed|unavailable)/)),
    );
    expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(2);
    const [path = ''] = resellerOnly(stack, 1);
    const { status, headers, body } = await service.http.get(path);
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'source_unavailable', state: 'circuit_open' });
    expect(headers['retry-after']).toBe('3');
    proxy = await startTcpProxy(portOf(stack.sandbox.url), portOf(proxy.url));
    await settled(service);
    service.clock.advance(3000);
    await service.http.get(path).expect(200);
    expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(0);
  });
});

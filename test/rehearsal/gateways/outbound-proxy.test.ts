import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { customer } from '../../../sandbox/customers/customers.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { buildService, type BuiltService, type RunningService } from '../../support/built-service.ts';
import { eventually } from '../../support/eventually.ts';
import { type ForwardProxy, startForwardProxy } from '../../support/forward-proxy.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { sandboxVariables, type Variables } from '../../support/service.ts';

const { resource, billingCustomerId } = customer('fully-linked');
const profile = `/v1/customer-profiles/${resource.customerId}`;
const linked = `?billingCustomerId=${billingCustomerId}`;
const BASIC = `Basic ${Buffer.from('zq7-user:zq7 pass@word').toString('base64')}`;

let built: BuiltService;
let sandbox: Sandbox;
let tls: Server;
let folder: string;
let trust: Variables;
let proxy: ForwardProxy;
let service: RunningService;

beforeAll(async () => {
  built = buildService();
  sandbox = await startSandbox();
  const identity = selfSigned();
  folder = mkdtempSync(join(tmpdir(), 'outbound-proxy-'));
  writeFileSync(join(folder, 'ca.pem'), identity.cert);
  trust = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
  tls = createServer(identity, (near) => {
    const far = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  tls.listen(0, '127.0.0.1');
  await once(tls, 'listening');
});

beforeEach(async () => {
  sandbox.traffic.reset();
  proxy = await startForwardProxy();
});

afterEach(async () => {
  service.signal('SIGKILL');
  await service.ended;
  await proxy.close();
});

afterAll(async () => {
  built.endAll();
  tls.close();
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

const secureUrl = (): string => `https://localhost:${(tls.address() as AddressInfo).port}`;
const proxyUrl = (): string => proxy.url.replace('//', '//zq7-user:zq7%20pass%40word@');

/** Patient, so that a busy machine changes nothing. */
function start(upstreams: string, more: Variables): void {
  const patient = { RESELLER_TIMEOUT_MS: '20000', BILLING_TIMEOUT_MS: '20000', REQUEST_BUDGET_MS: '30000' };
  service = built.start(sandboxVariables(upstreams, { LOG_LEVEL: 'trace', ...patient, ...trust, ...more }));
}

async function read(query = linked): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch((await service.url) + profile + query, { headers: { 'Cache-Control': 'no-cache' } });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Searches its whole log. */
const expectNoSecretLogged = async (): Promise<void> => {
  service.signal('SIGTERM');
  await service.ended;
  expect(service.log.at(-1)).toMatchObject({ event: 'stopped' });
  expect(JSON.stringify(service.log)).not.toMatch(/zq7|Basic/);
};

describe('calls through a proxy (C9)', () => {
  it('to https upstreams go through tunnels, whose connections are kept; the proxy alone gets its credentials', async () => {
    start(secureUrl(), { UPSTREAM_PROXY_URL: proxyUrl() });
    expect(await read()).toMatchObject({ status: 200, body: { complete: true } });
    const tunnels = proxy.asked.length;
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${new URL(secureUrl()).host}`]));
    expect(new Set(proxy.credentials)).toEqual(new Set([BASIC]));
    expect(await read()).toMatchObject({ status: 200, body: { complete: true } });
    expect(sandbox.traffic.requests.length).toBeGreaterThan(tunnels);
    expect(proxy.asked).toHaveLength(tunnels);
    await expectNoSecretLogged();
  });

  it('to http upstreams are asked of the proxy, over connections that are kept', async () => {
    start(sandbox.url, { UPSTREAM_PROXY_URL: proxyUrl() });
    expect(await read()).toMatchObject({ status: 200, body: { complete: true } });
    expect(await read()).toMatchObject({ status: 200 });
    expect(proxy.asked.every((asked) => asked.includes(` ${sandbox.url}/`))).toBe(true);
    expect(proxy.asked.length).toBe(sandbox.traffic.requests.length);
    expect(new Set(proxy.credentials)).toEqual(new Set([BASIC]));
    expect(proxy.counts.accepted).toBeLessThan(proxy.asked.length);
    await expectNoSecretLogged();
  });

  it('are not made through it to its exceptions, by host and port; the others are', async () => {
    const { host } = new URL(sandbox.url);
    start(sandbox.url, {
      UPSTREAM_PROXY_URL: proxyUrl(),
      UPSTREAM_NO_PROXY: `.example.org,${host}`,
      BILLING_API_URL: secureUrl(),
    });
    expect(await read()).toMatchObject({ status: 200, body: { complete: true } });
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${new URL(secureUrl()).host}`]));
  });

  it('fail when it refuses the tunnel, as a state of the source, and say so in the log without its address', async () => {
    proxy.tunnels = 'refuse';
    start(secureUrl(), { UPSTREAM_PROXY_URL: proxyUrl() });
    expect(await read()).toMatchObject({ status: 503, body: { code: 'source_unavailable', source: 'reseller' } });
    await eventually('the log says why', () => service.log.some(({ reason }) => reason === 'ERR_PROXY_TUNNEL'));
    await expectNoSecretLogged();
  });

  it('end with their time when it is silent, and leave no connection', async () => {
    proxy.tunnels = 'silent';
    start(secureUrl(), { UPSTREAM_PROXY_URL: proxyUrl(), RESELLER_TIMEOUT_MS: '300', BILLING_TIMEOUT_MS: '300' });
    expect(await read()).toMatchObject({ status: 503, body: { source: 'reseller' } });
    expect(proxy.counts.accepted).toBeGreaterThan(0);
    await eventually('no connection is left', () => proxy.counts.open === 0);
  });
});

describe('the usual variables for a proxy', () => {
  it.each([['HTTPS_PROXY'], ['all_proxy']])('%s: not used, and one line at start says so (C9)', async (name) => {
    start(sandbox.url, { [name]: proxyUrl(), NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxyUrl() });
    expect(await read()).toMatchObject({ status: 200 });
    expect(proxy.asked).toEqual([]);
    await eventually('a line says so', () => service.log.some(({ event }) => event === 'proxy_not_used'));
    const lines = service.log.filter(({ event }) => event === 'proxy_not_used');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'warn', msg: expect.stringContaining(name) });
    await expectNoSecretLogged();
  });

  it('are not spoken of when a proxy of our own is set', async () => {
    start(sandbox.url, { HTTPS_PROXY: proxyUrl(), UPSTREAM_PROXY_URL: proxyUrl() });
    expect(await read()).toMatchObject({ status: 200 });
    service.signal('SIGTERM');
    await service.ended;
    expect(service.log.filter(({ event }) => event === 'proxy_not_used')).toEqual([]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '../../sandbox/credentials.ts';
import { customer } from '../../sandbox/customers/customers.ts';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { pass } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { AUDIENCE, ISSUER, type KeyServer, startKeyServer } from './key-server.ts';

const { resource, billingCustomerId } = customer('fully-linked');
const profile = `/v1/customer-profiles/${resource.customerId}`;
const link = `/v1/customer-links/${resource.customerId}`;
const harbour = credentials.billing.organisation;
const tern = 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4';
const folder = mkdtempSync(join(tmpdir(), 'organisations-'));
const file = join(folder, 'organisations.json');

const clock = new TestClock();
let redis: LocalRedis;
let sandbox: Sandbox;
let keyServer: KeyServer;
let open: Service;
let keyed: Service;
let tokened: Service;

beforeAll(async () => {
  const { apiKey: resellerApiKey, clientSecret: resellerClientSecret } = credentials.reseller;
  const rest = { resellerApiKey, resellerClientSecret, billingApiKey: credentials.billing.apiKey };
  writeFileSync(file, JSON.stringify({ organisations: [harbour, tern].map((id) => ({ id, ...rest })) }));
  [redis, sandbox, keyServer] = await Promise.all([startRedis(), startSandbox(), startKeyServer(clock)]);
  const several = { ORGANISATIONS_FILE: file, REDIS_URL: redis.url };
  for (const name of ['RESELLER_API_KEY', 'RESELLER_CLIENT_SECRET', 'BILLING_API_KEY', 'BILLING_ORGANISATION'])
    Object.assign(several, { [name]: '' });
  const start = (more: Record<string, string>): Promise<Service> =>
    startService(sandboxVariables(sandbox.url, { ...several, ...more }), { clock });
  const API_KEYS = `every:key-for-every-organisation,tern@${tern.toUpperCase()}:key-for-tern-alone`;
  const jwt = { JWT_JWKS_URL: keyServer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
  open = await start({});
  keyed = await start({ AUTH_MODE: 'api-key', API_KEYS });
  tokened = await start({ AUTH_MODE: 'jwt', ...jwt });
});

beforeEach(() => {
  sandbox.traffic.reset();
});

afterAll(async () => {
  await Promise.all([open, keyed, tokened].map((service) => service.close()));
  await Promise.all([redis.kill(), sandbox.close(), keyServer.close()]);
  rmSync(folder, { recursive: true });
});

describe('two organisations', () => {
  it('never see each other’s cached profiles', async () => {
    for (const organisation of [harbour, tern, harbour, tern])
      await open.http.get(`${profile}?connectors=stripe`).set({ organisation }).expect(200);
    expect(sandbox.traffic.counts.bySource.reseller).toBe(2);
  });

  it('never see, replace or remove each other’s links', async () => {
    await open.http.put(link).set({ organisation: harbour }).send({ billingCustomerId }).expect(201);
    await open.http.get(link).set({ organisation: tern }).expect(404);
    await open.http.delete(link).set({ organisation: tern }).expect(204);
    const own = await open.http.get(profile).set({ organisation: harbour }).expect(200);
    const other = await open.http.get(profile).set({ organisation: tern }).expect(200);
    expect([own.body.billingCustomerId, other.body.billingCustomerId]).toEqual([billingCustomerId, null]);
  });

  it('have their own id in calls to the billing platform', async () => {
    const url = `${profile}?connectors=xero&billingCustomerId=${billingCustomerId}`;
    await pass(1, open);
    for (const organisation of [harbour, tern])
      await open.http.get(url).set({ organisation, 'cache-control': 'no-cache' }).expect(200);
    const asked = sandbox.traffic.requests.filter(({ source }) => source === 'xero');
    expect(asked.map(({ headers }) => headers.organisation)).toEqual([harbour, tern]);
  });
});

describe('the organisation header, with several configured', () => {
  it('may be in upper case', async () => {
    await open.http.get(profile).set({ organisation: harbour.toUpperCase() }).expect(200);
  });

  it.each([
    [undefined, 400, 'invalid_request'],
    ['', 403, 'unknown_organisation'],
    ['5b1f0c3e-7a52-4d0b-9c7e-2f6a8d4e1b90', 403, 'unknown_organisation'],
    [`${harbour}, ${tern}`, 403, 'unknown_organisation'],
    ['__proto__', 403, 'unknown_organisation'],
  ])('%j is refused with %i %s, without a call to an upstream', async (organisation, status, code) => {
    const headers: Record<string, string> = organisation === undefined ? {} : { organisation };
    const { body } = await open.http.get(profile).set(headers).expect(status);
    expect(body.code).toBe(code);
    expect(sandbox.traffic.requests).toEqual([]);
  });
});

describe('credentials for one organisation', () => {
  it.each([
    ['key-for-every-organisation', harbour, 200],
    ['key-for-every-organisation', tern, 200],
    ['key-for-tern-alone', tern, 200],
    ['key-for-tern-alone', undefined, 200],
    ['key-for-tern-alone', harbour, 403],
  ])('the key %s asking for %s gets %i (A11)', async (key, organisation, status) => {
    const named = organisation === undefined ? {} : { organisation };
    await keyed.http
      .get(profile)
      .set({ 'X-Api-Key': key, ...named })
      .expect(status);
  });

  it.each([
    [tern, tern, 200],
    [tern.toUpperCase(), tern, 200],
    [[harbour, tern], tern, 200],
    [tern, harbour, 403],
    [undefined, harbour, 403],
    [[], harbour, 403],
    [{ id: harbour }, harbour, 403],
  ])('a token with the organisation %j asking for %s gets %i', async (claim, organisation, status) => {
    const token = await keyServer.sign('ES256', { organisation: claim });
    const headers = { Authorization: `Bearer ${token}`, organisation };
    await tokened.http.get(profile).set(headers).expect(status);
  });
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CustomerProfileClient } from '../../client/src/index.ts';
import { credentials } from '../../sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sha256 } from '../../src/config/callers/callers.ts';
import { RIGHTS } from '../../src/config/callers/rights.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const SECOND = '7d2c1f0a-94be-4c55-8a0e-61b3d5f7a920';
const FIRST = credentials.billing.organisation;
const folder = mkdtempSync(join(tmpdir(), 'own-caller-'));
let sandbox: Sandbox;
let keyed: Service;
let open: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  const [callers, organisations] = [join(folder, 'callers.json'), join(folder, 'organisations.json')];
  const support = { name: 'support', keySha256: sha256('key-of-the-support-desk'), rights: ['explanations:read'] };
  const bound = { name: 'bound', keySha256: sha256('key-of-one-organisation'), rights: [], organisations: [SECOND] };
  writeFileSync(callers, JSON.stringify({ callers: [support, { ...bound, rights: ['links:read', 'links:write'] }] }));
  const secrets = { resellerApiKey: 'a-key', resellerAccessToken: 'a-token', billingApiKey: 'another-key' };
  writeFileSync(organisations, JSON.stringify({ organisations: [FIRST, SECOND].map((id) => ({ id, ...secrets })) }));
  const { HOST = '', PORT = '', RESELLER_API_URL = '', BILLING_API_URL = '' } = sandboxVariables(sandbox.url);
  const several = { HOST, PORT, RESELLER_API_URL, BILLING_API_URL, ORGANISATIONS_FILE: organisations };
  const token = { RESELLER_TOKEN_URL: `${sandbox.url}/ims/token/v3` };
  keyed = await startService({ ...several, ...token, AUTH_MODE: 'api-key', CALLERS_FILE: callers });
  open = await startService(sandboxVariables(sandbox.url));
});

afterAll(async () => {
  await Promise.all([keyed.close(), open.close()]);
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

it('gives a caller its name, its rights and its organisations', async () => {
  const client = new CustomerProfileClient({ baseUrl: keyed.url, apiKey: 'key-of-the-support-desk' });
  const { name, organisations, rights } = await client.caller();
  expect({ name, rights }).toEqual({ name: 'support', rights: ['explanations:read'] });
  expect([...organisations].sort()).toEqual([FIRST, SECOND].sort());
});

it('gives a caller bound to one organisation that organisation', async () => {
  const answer = await keyed.http.get('/v1/caller').set('x-api-key', 'key-of-one-organisation');
  expect(answer.body).toEqual({ name: 'bound', organisations: [SECOND], rights: ['links:read', 'links:write'] });
  expect(answer.headers['cache-control']).toBe('no-store');
});

it('without AUTH_MODE every caller is anonymous and has every right', async () => {
  const { body } = await open.http.get('/v1/caller');
  expect(body).toEqual({ name: 'anonymous', organisations: [FIRST], rights: [...RIGHTS] });
});

it('a request without credentials learns nothing', async () => {
  const { status, body } = await keyed.http.get('/v1/caller');
  expect([status, body.code]).toEqual([401, 'unauthenticated']);
});

it('the client has the state of the dependencies', async () => {
  const { redis } = await new CustomerProfileClient({ baseUrl: open.url }).dependencies();
  expect(redis.state).toBe('not_configured');
});

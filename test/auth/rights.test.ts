import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sha256 } from '../../src/config/callers/callers.ts';
import { type Right, RIGHTS } from '../../src/config/callers/rights.ts';
import { routesOf } from '../support/routes.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { AUDIENCE, ISSUER, type KeyServer, startKeyServer } from './key-server.ts';

const PROFILE = '/v1/customer-profiles/:customerId';
const LINK = '/v1/customer-links/:customerId';
/** The routes that need credentials and no right. */
const FOR_ANYBODY = ['GET /v1/caller', 'HEAD /v1/caller'];
/** Every other protected route and its right. */
const NEEDED: Readonly<Record<string, Right>> = {
  [`GET ${PROFILE}`]: 'profiles:read',
  [`HEAD ${PROFILE}`]: 'profiles:read',
  [`GET ${PROFILE}/connectors`]: 'profiles:read',
  [`HEAD ${PROFILE}/connectors`]: 'profiles:read',
  [`GET ${PROFILE}/connectors/:name`]: 'profiles:read',
  [`HEAD ${PROFILE}/connectors/:name`]: 'profiles:read',
  'GET /v1/customer-profiles': 'profiles:read',
  'HEAD /v1/customer-profiles': 'profiles:read',
  'POST /v1/customer-profiles/batch-get': 'profiles:read',
  [`DELETE ${PROFILE}/cache`]: 'profiles:refresh',
  'POST /v1/invalidations': 'profiles:refresh',
  'POST /v1/customer-erasures': 'customers:erase',
  'GET /v1/customer-erasures/:customerId': 'customers:erase',
  'HEAD /v1/customer-erasures/:customerId': 'customers:erase',
  'DELETE /v1/customer-erasures/:customerId': 'customers:erase',
  [`GET ${PROFILE}/explanation`]: 'explanations:read',
  [`HEAD ${PROFILE}/explanation`]: 'explanations:read',
  'GET /v1/customer-profile-changes': 'changes:read',
  'HEAD /v1/customer-profile-changes': 'changes:read',
  [`GET ${LINK}`]: 'links:read',
  [`HEAD ${LINK}`]: 'links:read',
  [`PUT ${LINK}`]: 'links:write',
  [`DELETE ${LINK}`]: 'links:write',
  'GET /v1/customer-links': 'links:read',
  'HEAD /v1/customer-links': 'links:read',
  'GET /v1/customer-links/export': 'links:read',
  'HEAD /v1/customer-links/export': 'links:read',
  'POST /v1/customer-links/import': 'links:write',
  'GET /metrics': 'operations:read',
  'HEAD /metrics': 'operations:read',
  'GET /health/dependencies': 'operations:read',
  'HEAD /health/dependencies': 'operations:read',
};
const PUBLIC =
  /^(\*|\/console(\/(:file)?)?|\/docs(\/.*)?|\/openapi\.json|\/\.well-known\/customer-erasure-keys\.json|\/health\/(live|ready|startup))$/;

const keyOf = (right: Right): string => `key-of-one-who-has-${right}`;
const folder = mkdtempSync(join(tmpdir(), 'rights-'));
let sandbox: Sandbox;
let keyServer: KeyServer;
let keyed: Service;
let tokened: Service;

beforeAll(async () => {
  [sandbox, keyServer] = await Promise.all([startSandbox(), startKeyServer(new TestClock())]);
  const callers = RIGHTS.map((right, at) => ({
    name: `caller-${at}`,
    keySha256: sha256(keyOf(right)),
    rights: [right],
  }));
  const file = join(folder, 'callers.json');
  writeFileSync(file, JSON.stringify({ callers }));
  keyed = await startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'api-key', CALLERS_FILE: file }));
  const jwt = { JWT_JWKS_URL: keyServer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
  tokened = await startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'jwt', ...jwt }));
});

afterAll(async () => {
  await Promise.all([keyed.close(), tokened.close()]);
  await Promise.all([sandbox.close(), keyServer.close()]);
  rmSync(folder, { recursive: true });
});

interface Told {
  readonly status: number;
  readonly code: unknown;
  readonly right: unknown;
  readonly challenge: string | null;
}

async function ask({ url }: Service, route: string, headers: Record<string, string>): Promise<Told> {
  const [method = '', path = ''] = route.split(' ');
  const answer = await fetch(url + path.replace(/:\w+/g, '9876543210'), { method, headers });
  const text = await answer.text();
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const { code, right } = (isProblem && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: answer.status, code, right, challenge: answer.headers.get('www-authenticate') };
}

const isForbidden = ({ status }: Told): boolean => status === 403;

it('every route that is not public names a right here', () => {
  const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH'];
  const refused = async ({ method, path }: { method: string; path: string }): Promise<boolean> =>
    (await ask(keyed, `${method} ${path}`, {})).status === 405;
  return Promise.all(
    routesOf(keyed)
      .filter(({ method, path }) => methods.includes(method) && !PUBLIC.test(path))
      .map(async (route) => ({ ...route, isRefused: await refused(route) })),
  ).then((routes) => {
    const taken = routes.filter(({ isRefused }) => !isRefused).map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(taken)].sort()).toEqual([...Object.keys(NEEDED), ...FOR_ANYBODY].sort());
  });
});

describe.each(RIGHTS)('a caller with the right %s (A9, R12)', (right) => {
  it.each(Object.entries(NEEDED))('and a key, at %s', async (route, needed) => {
    const told = await ask(keyed, route, { 'x-api-key': keyOf(right) });
    expect(isForbidden(told)).toBe(right !== needed);
    if (right !== needed && !route.startsWith('HEAD'))
      expect(told).toEqual({ status: 403, code: 'forbidden', right: needed, challenge: null });
  });

  it.each(Object.entries(NEEDED))('and a token, at %s', async (route, needed) => {
    const claims = route.includes('connectors') ? { scope: undefined, scp: [right] } : { scope: `openid ${right}` };
    const headers = { authorization: `Bearer ${await keyServer.sign('ES256', claims)}` };
    const told = await ask(tokened, route, headers);
    expect(isForbidden(told)).toBe(right !== needed);
    if (right !== needed)
      expect(told).toMatchObject({ challenge: `Bearer error="insufficient_scope", scope="${needed}"` });
  });
});

it('credentials for one organisation that is not configured are refused, and not asked to name another', async () => {
  const organisation = '7d2c1f0a-94be-4c55-8a0e-61b3d5f7a920';
  const headers = { authorization: `Bearer ${await keyServer.sign('ES256', { organisation })}` };
  const told = await ask(tokened, `GET ${PROFILE}`, headers);
  expect(told).toMatchObject({ status: 403, code: 'forbidden', right: undefined });
});

it('a token without a scope may only ask who it is (A9)', async () => {
  const headers = { authorization: `Bearer ${await keyServer.sign('ES256', { scope: undefined })}` };
  for (const route of Object.keys(NEEDED)) expect((await ask(tokened, route, headers)).status).toBe(403);
  for (const route of FOR_ANYBODY) expect((await ask(tokened, route, headers)).status).toBe(200);
});

it('no-cache without profiles:refresh is ignored and counted, never refused', async () => {
  const headers = { 'x-api-key': keyOf('profiles:read'), 'cache-control': 'no-cache' };
  await ask(keyed, `GET ${PROFILE}`, { 'x-api-key': keyOf('profiles:read') });
  expect((await ask(keyed, `GET ${PROFILE}`, headers)).status).toBe(200);
  expect(keyed.log.at(-1)).toMatchObject({ cacheDemand: 'ignored', cache: 'hit-local' });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '../../sandbox/credentials.ts';
import { customer } from '../../sandbox/customers/customers.ts';
import { type Fault, type FaultSource } from '../../sandbox/faults/fault.ts';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { createApp } from '../../src/app.ts';
import { sha256 } from '../../src/config/callers/callers.ts';
import { RIGHTS } from '../../src/config/callers/rights.ts';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { ERASURE_VARIABLES, passInSteps, waitMsOf } from '../customer-erasures/erasing.ts';
import { requestBytes, sendBytes } from '../http-server/raw.ts';
import { throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../support/service.ts';
import { type Call, callOperation, targetOf } from './calling.ts';
import { compileAll, contractIssues, type Described, operations, type WireAnswer } from './contract.ts';

const ANY_ORGANISATION = credentials.billing.organisation;
const OTHER_ORGANISATION = 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4';
const KEY = 'a-key-for-the-other-organisation';
const KEY_WITHOUT_RIGHT = 'a-key-of-a-reader-of-profiles';
const KEY_OF_LIMITED = 'zq-key-of-a-caller-with-a-limit';
const KEY_OF_EVERY = 'a-key-for-every-organisation';
const { billingCustomerId } = customer('some-connectors');
const some = {
  path: { customerId: customer('some-connectors').resource.customerId },
  query: { billingCustomerId: String(billingCustomerId) },
};
const unlinked = { path: { customerId: '9999999999' } };
const NO_TAG = `"${'0'.repeat(40)}"`;
/** A token whose key must be fetched to say more. */
const TOKEN = [{ alg: 'RS256', typ: 'at+jwt', kid: 'one' }, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');

/** Not asked for here: what a slow client gets (test/system), and an answer to a defect. */
const NOT_ASKED_FOR = ['408', '500'];

const seen = new Set<string>();
const folder = mkdtempSync(join(tmpdir(), 'every-answer-'));
let redis: LocalRedis;
let sandbox: Sandbox;
let service: Service;
let keyed: Service;
let tokened: Service;
/** Its callers are in a file. */
let withFile: Service;

const operation = (id: string): Described => {
  const found = operations.find(({ operationId }) => operationId === id);
  if (!found) throw new Error(`there is no operation ${id}`);
  return found;
};
const closed = operations.filter(({ path }) => /^\/v1\/(customer|invalidations)/.test(path));
const idsOf = (some: readonly Described[]): string[] => some.map(({ operationId }) => operationId);
const idsWith = (status: string): string[] => idsOf(operations.filter(({ responses }) => status in responses));

function check(one: Described, status: number, answer: WireAnswer): void {
  expect({ status: answer.status, issues: contractIssues(one, answer) }).toStrictEqual({ status, issues: [] });
  seen.add(`${one.operationId} ${status}`);
}

async function expectAnswer(id: string, status: number, call: Call = {}, of = service): Promise<void> {
  check(operation(id), status, await callOperation(of, operation(id), call));
}

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  const { apiKey: resellerApiKey, clientSecret: resellerClientSecret } = credentials.reseller;
  const rest = { resellerApiKey, resellerClientSecret, billingApiKey: credentials.billing.apiKey };
  const file = join(folder, 'organisations.json');
  const both = [ANY_ORGANISATION, OTHER_ORGANISATION].map((id) => ({ id, ...rest }));
  writeFileSync(file, JSON.stringify({ organisations: both }));
  const single = ['RESELLER_API_KEY', 'RESELLER_CLIENT_SECRET', 'BILLING_API_KEY', 'BILLING_ORGANISATION'];
  const several = { ...Object.fromEntries(single.map((name) => [name, ''])), ORGANISATIONS_FILE: file };
  const start = (more: Variables): Promise<Service> =>
    startService(sandboxVariables(sandbox.url, { REDIS_URL: redis.url, ...more }));
  service = await start(ERASURE_VARIABLES);
  keyed = await start({
    ...several,
    AUTH_MODE: 'api-key',
    API_KEYS: `other@${OTHER_ORGANISATION}:${KEY},every:${KEY_OF_EVERY}`,
  });
  const callersFile = join(folder, 'callers.json');
  const caller = { name: 'reader', keySha256: sha256(KEY_WITHOUT_RIGHT), rights: ['profiles:read'] };
  const limited = {
    name: 'limited',
    keySha256: sha256(KEY_OF_LIMITED),
    rights: RIGHTS,
    limits: { requestsPerSecond: 0.01, burst: 1 },
  };
  writeFileSync(callersFile, JSON.stringify({ callers: [caller, limited] }));
  withFile = await start({ AUTH_MODE: 'api-key', CALLERS_FILE: callersFile });
  const jwt = { JWT_JWKS_URL: `${sandbox.url}/no-keys`, JWT_ISSUER: 'issuer', JWT_AUDIENCE: 'audience' };
  tokened = await start({ AUTH_MODE: 'jwt', ...jwt });
});

afterEach(() => {
  sandbox.faults.clear();
});

afterAll(async () => {
  await Promise.all([service, keyed, tokened, withFile].map((one) => one.close()));
  await Promise.all([sandbox.close(), redis.kill()]);
  rmSync(folder, { recursive: true });
});

it('compiles every schema of a response', () => {
  expect(compileAll()).toBeGreaterThan(100);
});

describe('an answer is as docs/openapi.json describes it for its operation, status, headers and body', () => {
  it.each([
    ['putCustomerLink', 201],
    ['putCustomerLink', 200],
    ['getCustomerLink', 200],
    ['getCustomerLink', 304, { headers: { 'if-none-match': '*' } }],
    ['getCustomerLink', 412, { headers: { 'if-match': NO_TAG } }],
    ['getCustomerLink', 404, unlinked],
    ['putCustomerLink', 412, { headers: { 'if-match': NO_TAG } }],
    ['deleteCustomerLink', 412, { headers: { 'if-match': NO_TAG } }],
    ['listCustomerLinks', 200],
    ['exportCustomerLinks', 200],
    ['importCustomerLinks', 200],
    ['importCustomerLinks', 200, { body: 'zq7\n' }],
    ['getCustomerProfile', 504, { headers: { 'cache-control': 'only-if-cached' } }],
    ['getCustomerConnectors', 504, { headers: { 'cache-control': 'only-if-cached' } }],
    ['getCustomerConnector', 504, { headers: { 'cache-control': 'only-if-cached' } }],
    ['batchGetCustomerProfiles', 200],
    ['batchGetCustomerProfiles', 200, { headers: { accept: 'application/x-ndjson' } }],
    ['getCustomerProfile', 200],
    ['getCustomerProfile', 200, { query: { view: 'provenance' } }],
    ['getCustomerProfile', 200, { query: { fields: 'account.status,address.city,connectors.stripe' } }],
    ['getCustomerProfile', 304, { headers: { 'if-none-match': '*' } }],
    ['getCustomerProfile', 404, unlinked],
    ['getCustomerConnectors', 200],
    ['getCustomerConnectors', 304, { headers: { 'if-none-match': '*' } }],
    ['getCustomerConnector', 200],
    ['getCustomerConnector', 304, { headers: { 'if-none-match': '*' } }],
    ['getCustomerConnector', 400, { ...some, path: { ...some.path, name: 'zoho' } }],
    ['getCustomerConnector', 400, { ...some, path: { ...some.path, name: 'xero' } }],
    ['getCustomerConnector', 404, { path: { customerId: '8888888888' } }],
    ['getCustomerConnector', 422, { query: { billingCustomerId: '42' } }],
    ['findCustomers', 200],
    ['explainCustomerProfile', 200],
    ['explainCustomerProfile', 200, { query: { bundle: 'true' } }],
    ['deleteCustomerLink', 204],
    ['forgetCustomerProfile', 204],
    ['getCustomerProfileChanges', 200],
    ['getCustomerProfileChanges', 410, { query: { cursor: 'cWtab2pMZFZvUVB4LjQyLjNmYTg1ZjY0' } }],
    ['getCustomerErasure', 404],
    ['liftCustomerErasure', 404],
    ['getCustomerErasureKeys', 200],
    ['getCaller', 200],
    ['forgetCustomerProfile', 204, { query: { source: 'stripe' } }],
    ['invalidate', 202],
    ['invalidate', 202, { body: '{"source":"stripe","mode":"refetch"}' }],
    ['getDependencies', 200],
    ['getMetrics', 200],
    ['getLiveness', 200],
    ['getReadiness', 200],
    ['getStartup', 200],
  ] as [string, number, Call?][])('%s %d %j', async (id, status, call) => {
    await expectAnswer(id, status, call);
  }); // prettier-ignore

  it('of an erasure, and of an erased customer', async () => {
    const customerId = '6543217890';
    const waitMs = waitMsOf();
    const begun = callOperation(service, operation('eraseCustomer'), { body: JSON.stringify({ customerId }) });
    await service.clock.whenSet((ms) => ms === waitMs);
    await expectAnswer('liftCustomerErasure', 409, { path: { customerId } });
    await passInSteps(waitMs, [service]);
    check(operation('eraseCustomer'), 200, await begun);
    await expectAnswer('getCustomerErasure', 200, { path: { customerId } });
    for (const id of idsWith('410').filter((one) => one !== 'getCustomerProfileChanges'))
      await expectAnswer(id, 410, { path: { customerId } });
    await expectAnswer('liftCustomerErasure', 204, { path: { customerId } });
  });

  it.each([
    ['getCustomerProfile', 502, 'reseller', { kind: 'status', status: 500 }],
    ['getCustomerProfile', 503, 'reseller', { kind: 'status', status: 429 }],
    ['getCustomerConnector', 502, 'stripe', { kind: 'status', status: 403 }],
    ['getCustomerConnector', 503, 'stripe', { kind: 'status', status: 429 }],
    ['getCustomerConnector', 400, 'stripe', { kind: 'status', status: 400 }],
    ['getCustomerConnector', 422, 'stripe', { kind: 'status', status: 422 }],
    ['getCustomerConnector', 500, 'stripe', { kind: 'status', status: 500 }],
  ] as [string, number, FaultSource, Fault][])('%s %d when %s fails: %j', async (id, status, source, fault) => {
    sandbox.faults.set(source, fault);
    const of = await startService(sandboxVariables(sandbox.url));
    const query = { billingCustomerId: String(customer('fully-linked').billingCustomerId) };
    check(operation(id), status, await throughWaits(of, callOperation(of, operation(id), { query })));
    await of.close();
  }); // prettier-ignore

  it.each(idsOf(closed))('%s for credentials that are missing, or for another organisation', async (id) => {
    await expectAnswer(id, 401, {}, keyed);
    const headers = { ...(id === 'importCustomerLinks' ? { 'content-type': 'application/x-ndjson' } : {}) };
    for (const organisation of [ANY_ORGANISATION, '00000000-0000-4000-8000-000000000000'])
      await expectAnswer(id, 403, { headers: { ...headers, 'x-api-key': KEY, organisation } }, keyed);
    await expectAnswer(id, 400, { headers: { ...headers, 'x-api-key': KEY_OF_EVERY } }, keyed);
  });

  it.each([...idsOf(closed), 'getMetrics', 'getDependencies', 'getCaller'])(
    '%s for a caller over its limit',
    async (id) => {
      const spent = { headers: { 'x-api-key': KEY_OF_LIMITED } };
      await callOperation(withFile, operation('findCustomers'), spent);
      await expectAnswer(id, 429, spent, withFile);
    },
  );

  it.each(['getMetrics', 'getDependencies'])('%s for credentials that are missing or lack the right', async (id) => {
    await expectAnswer(id, 401, {}, keyed);
    await expectAnswer(id, 403, { headers: { 'x-api-key': KEY_WITHOUT_RIGHT } }, withFile);
  });

  it('getCaller for credentials that are missing', async () => {
    await expectAnswer('getCaller', 401, {}, keyed);
  });

  it.each([...idsOf(closed), 'getMetrics', 'getDependencies', 'getCaller'])(
    '%s when the keys of callers’ tokens cannot be fetched',
    async (id) => {
      const answer = callOperation(tokened, operation(id), { headers: { authorization: `Bearer ${TOKEN}.AAAA` } });
      // A set of keys is fetched once a second at most.
      check(operation(id), 503, await throughWaits(tokened, answer, 1000, (ms) => ms > 900 && ms <= 1000));
    },
  );

  it.each(idsOf(operations))('(A19) %s for a method that its route does not take', async (id) => {
    await expectAnswer(id, 405, { method: 'PATCH' });
  });

  it.each(idsOf(operations))('(A19) %s for bytes that are no request, and for headers that are too large', async (id) => {
    const { method } = operation(id);
    const target = targetOf(operation(id));
    check(operation(id), 400, await sendBytes(service.url, `${method} ${target} HTTP/1.1\r\nConnection: close\r\n\r\n`));
    const large = requestBytes(method, target, { 'X-Large': 'x'.repeat(17_000) });
    check(operation(id), 431, await sendBytes(service.url, large));
  }); // prettier-ignore

  it.each(idsWith('413'))('%s for a body that is too large, or of a wrong type', async (id) => {
    await expectAnswer(id, 415, { body: 'zq7', headers: { 'content-type': 'text/plain' } });
    const isImport = id === 'importCustomerLinks';
    const body = isImport
      ? '\n'.repeat(17 * 1024 * 1024)
      : JSON.stringify('x'.repeat((id === 'invalidate' ? 193 : 33) * 1024));
    const type = isImport ? 'application/x-ndjson' : 'application/json';
    await expectAnswer(id, 413, { body, headers: { 'content-type': type } });
  });

  it('of the probes while the service starts', async () => {
    const starting = await createApp(
      new Config(readEnv(sandboxVariables(sandbox.url))),
      createLogger('silent', service.clock, { write: () => undefined }),
      service.clock,
      () => undefined,
    );
    await starting.listen(0, '127.0.0.1');
    const url = await starting.getUrl();
    for (const id of ['getStartup', 'getReadiness']) await expectAnswer(id, 503, {}, { ...service, url });
    await starting.close();
  });

  it('has been asked for: every status of every operation', () => {
    const described = operations.flatMap(({ operationId, responses }) =>
      Object.keys(responses)
        .filter((status) => !NOT_ASKED_FOR.includes(status))
        .map((status) => `${operationId} ${status}`),
    );
    expect(described.filter((each) => !seen.has(each))).toStrictEqual([]);
  });
});

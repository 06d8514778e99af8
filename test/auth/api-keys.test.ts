import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const profile = '/v1/customer-profiles/9876543210';
const keys = { support: 'key-of-the-support-desk', finance: 'key-of-finance:with-a-colon' };

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  const API_KEYS = `support:${keys.support}, finance:${keys.finance}`;
  service = await startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'api-key', API_KEYS }));
});

beforeEach(() => {
  sandbox.traffic.reset();
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

describe('with AUTH_MODE=api-key', () => {
  it.each(Object.entries(keys))('the key of %s is let in and named in the log', async (name, key) => {
    await service.http.get(profile).set('X-Api-Key', key).expect(200);
    expect(service.log).toContainEqual(expect.objectContaining({ caller: name, status: 200 }));
  });

  it.each([
    ['no key', {}],
    ['an empty key', { 'X-Api-Key': '' }],
    ['another key', { 'X-Api-Key': 'key-of-nobody-at-all' }],
    ['the beginning of a key', { 'X-Api-Key': keys.support.slice(0, -1) }],
    ['a key in other case', { 'X-Api-Key': keys.support.toUpperCase() }],
    ['a key with its name', { 'X-Api-Key': `support:${keys.support}` }],
    ['two keys in one', { 'X-Api-Key': `${keys.support}, ${keys.finance}` }],
    ['the name of a prototype', { 'X-Api-Key': '__proto__' }],
    ['a key as a bearer token', { Authorization: `Bearer ${keys.support}` }],
  ])('%s is unauthenticated, without a call to an upstream', async (_case, headers) => {
    const { status, body, headers: answered } = await service.http.get(profile).set(headers as Record<string, string>);
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthenticated' });
    expect(answered['www-authenticate']).toBe('ApiKey');
    expect(sandbox.traffic.requests).toEqual([]);
  });

  it.each([
    ['GET', profile],
    ['GET', `${profile}/connectors`],
    ['GET', `${profile}/connectors/stripe`],
    ['GET', '/v1/customer-links/9876543210'],
    ['PUT', '/v1/customer-links/9876543210'],
    ['DELETE', '/v1/customer-links/9876543210'],
    ['GET', '/v1/customer-profiles/x?nothing=valid'],
  ] as const)(
    '%s %s says nothing to a caller without a key, not even which input is not valid',
    async (method, path) => {
      const { body } = await service.http[method.toLowerCase() as 'get' | 'put' | 'delete'](path);
      expect(body.code).toBe('unauthenticated');
    },
  );

  it.each(['/health/live', '/health/ready', '/health/startup', '/openapi.json', '/docs', '/docs/errors.md'])(
    '%s needs no key',
    async (path) => {
      await service.http.get(path).expect(200);
    },
  );
});

describe('with AUTH_MODE=none', () => {
  it('every caller is accepted, with any credentials', async () => {
    const open = await startService(sandboxVariables(sandbox.url));
    await open.http.get(profile).expect(200);
    await open.http.get(profile).set({ 'X-Api-Key': 'any', Authorization: 'any' }).expect(200);
    expect(open.log).toContainEqual(expect.objectContaining({ caller: 'anonymous' }));
    await open.close();
  });
});

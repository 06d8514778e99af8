import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { expectProblem, requestBytes, sendBytes } from './raw.ts';

const profile = '/v1/customer-profiles/9876543210';
const allowed = {
  [profile]: ['GET', 'HEAD'],
  [`${profile}/connectors`]: ['GET', 'HEAD'],
  [`${profile}/connectors/stripe`]: ['GET', 'HEAD'],
  '/v1/customer-profiles': ['GET', 'HEAD'],
  [`${profile}/explanation`]: ['GET', 'HEAD'],
  [`${profile}/cache`]: ['DELETE'],
  '/v1/customer-links': ['GET', 'HEAD'],
  '/v1/customer-links/export': ['GET', 'HEAD'],
  '/v1/customer-links/import': ['POST'],
  '/v1/customer-links/9876543210': ['DELETE', 'GET', 'HEAD', 'PUT'],
  '/health/live': ['GET', 'HEAD'],
  '/health/ready': ['GET', 'HEAD'],
  '/health/startup': ['GET', 'HEAD'],
  '/openapi.json': ['GET', 'HEAD'],
  '/docs': ['GET', 'HEAD'],
  '/docs/errors.md': ['GET', 'HEAD'],
};
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];
const refused = Object.entries(allowed).flatMap(([path, allow]) =>
  // An answer to HEAD has no body to look at.
  methods
    .filter((method) => method !== 'HEAD' && !allow.includes(method))
    .map((method) => [method, path, allow.join(', ')] as const),
);
const unknownPaths = [
  '/', '/v1', '/v1/', '/v1/customer-profiles/', `${profile}/`, `${profile}/connectors/`, `${profile}/connectors/stripe/`,
  `${profile}/zq7`, `/V1/customer-profiles/9876543210`, '/v1/Customer-Profiles/9876543210', `${profile}/CONNECTORS`,
  `/${profile}`, `${profile}//connectors`, '/v1/customer-links/9876543210/', '/v1/customer-links/', '/health', '/health/',
  '/health/live/', '/CallOutcome/live', '/openapi.json/', '/docs/zq7.js', '/docs/..%2f..%2fpackage.json', '/docs/../zq7',
  '/docs/%2e%2e/%2e%2e/package.json', '/__proto__', '/constructor', '/zq7?x=1', '/.env', 'http://zq7.example.org/',
]; // prettier-ignore

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(sandboxVariables(sandbox.url));
});

beforeEach(() => {
  sandbox.traffic.reset();
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

describe('an unsupported method', () => {
  it.each(refused)(
    '%s %s is refused with the methods the route takes and asks no source',
    async (method, path, allow) => {
      const answer = await sendBytes(service.url, requestBytes(method, path));
      expectProblem(answer, 'method_not_allowed');
      expect(answer.headers.allow).toBe(allow);
      expect(sandbox.traffic.requests).toEqual([]);
    },
  );

  it.each(['BREW', 'get', 'G\u0000T'])(
    '%j, an unknown method of HTTP, is refused and the connection closed',
    async (method) => {
      expectProblem(await sendBytes(service.url, requestBytes(method, profile)), 'invalid_request');
      expect(sandbox.traffic.requests).toEqual([]);
    },
  );
});

describe('a path that is no route', () => {
  it.each(unknownPaths)('%s is route_not_found and asks no source', async (path) => {
    expectProblem(await sendBytes(service.url, requestBytes('GET', path)), 'route_not_found');
    expect(sandbox.traffic.requests).toEqual([]);
  });

  it.each(methods)('%s /zq7 is route_not_found', async (method) => {
    const { status } = await sendBytes(service.url, requestBytes(method, '/zq7'));
    expect(status).toBe(404);
  });
});

it('a gateway’s check by OPTIONS meets what docs/gateways.md says: no route at /, and only GET at a probe (E24)', async () => {
  expect((await sendBytes(service.url, requestBytes('OPTIONS', '/'))).status).toBe(404);
  const probe = await sendBytes(service.url, requestBytes('OPTIONS', '/health/ready'));
  expect([probe.status, probe.headers.allow]).toEqual([405, 'GET, HEAD']);
  expect((await sendBytes(service.url, requestBytes('GET', '/health/ready'))).status).toBe(200);
  const page = readFileSync(new URL('../../docs/gateways.md', import.meta.url), 'utf8');
  expect(page).toMatch(/`GET \/health\/ready`, 200 is healthy.*`OPTIONS \/`, which is not a route \(404\)/);
});

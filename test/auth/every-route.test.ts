import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type Route, routesOf } from '../support/routes.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

/** The routes that answer without credentials. Every other route of the service is closed. */
const PUBLIC = [
  '/docs',
  '/docs/*',
  '/docs/errors.md',
  '/health/dependencies',
  '/health/live',
  '/health/ready',
  '/health/startup',
  '/metrics',
  '/openapi.json',
];

const METHODS = ['GET', 'PUT', 'POST', 'DELETE'];

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  const auth = { AUTH_MODE: 'api-key', API_KEYS: 'orders:a-key-of-many-characters' };
  service = await startService(sandboxVariables(sandbox.url, auth));
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

const isPublic = ({ path }: Route): boolean => PUBLIC.some((open) => path === open || path.startsWith('/docs/'));

it('every route of the service refuses a caller without credentials, except the public ones', async () => {
  const all = routesOf(service);
  const isAsked = ({ method, path }: Route): boolean => METHODS.includes(method) && path.startsWith('/');
  const closed = all.filter((route) => isAsked(route) && !isPublic(route));
  const answers = await Promise.all(
    closed.map(async ({ method, path }) => {
      const url = service.url + path.replace(/:\w+/g, '9876543210');
      const { status, headers } = await fetch(url, { method });
      return { method, path, status, challenge: headers.get('www-authenticate') };
    }),
  );
  // A method that a path does not take is answered with 405, and reaches no handler.
  const open = answers.filter(({ status, challenge }) => status !== 405 && challenge !== 'ApiKey');
  expect(open).toEqual([]);
  expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(11);
  expect(sandbox.traffic.requests).toEqual([]);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type Route, routesOf } from '../support/routes.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

/** The routes that answer without credentials. Every other route of the service is closed. */
const PUBLIC = [
  '/.well-known/customer-erasure-keys.json',
  '/console',
  '/console/',
  '/console/:file',
  '/docs',
  '/docs/*',
  '/docs/errors.md',
  '/health/live',
  '/health/ready',
  '/health/startup',
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

/** The status of the answer to the head of a request whose body is announced and never sent. */
async function statusBeforeBody(method: string, path: string): Promise<number> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n`,
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(head.toString().split(' ')[1]);
}

const isPublic = ({ path }: Route): boolean => PUBLIC.some((open) => path === open || path.startsWith('/docs/'));

it('every route that takes a body refuses a caller without credentials before the body is there', async () => {
  const isOpen = ({ method, path }: Route): boolean => /^(PUT|POST|PATCH)$/.test(method) && path.startsWith('/v1/');
  const takesIt = async ({ method, path }: Route): Promise<boolean> =>
    (await fetch(service.url + path, { method })).status !== 405;
  const all = await Promise.all(
    routesOf(service)
      .filter(isOpen)
      .map(async (route) => ({ ...route, isTaken: await takesIt(route) })),
  );
  const routes = all.filter(({ isTaken }) => isTaken);
  expect(routes.length).toBeGreaterThanOrEqual(4);
  for (const { method, path } of routes)
    expect({ method, path, status: await statusBeforeBody(method, path.replace(/:\w+/g, '9876543210')) }).toEqual({
      method,
      path,
      status: 401,
    });
});

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

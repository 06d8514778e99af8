import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import supertest from 'supertest';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { routesOf } from '../support/routes.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const OPERATORS = ['/metrics', '/health/dependencies', '/openapi.json', '/docs'];
const BOTH = ['/health/live', '/health/ready', '/health/startup', '/docs/errors.md'];

let sandbox: Sandbox;
let service: Service;
let management: ReturnType<typeof supertest>;

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(sandboxVariables(sandbox.url, { MANAGEMENT_PORT: '0' }));
  management = supertest(service.managementUrl ?? '');
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

describe('with MANAGEMENT_PORT', () => {
  it.each(OPERATORS)('%s answers on that port alone', async (path) => {
    expect((await management.get(path)).status).toBeLessThan(400);
    const { status, body } = await service.http.get(path);
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'route_not_found' } });
  });

  it.each(BOTH)('%s answers on both', async (path) => {
    expect([(await management.get(path)).status, (await service.http.get(path)).status]).toEqual([200, 200]);
  });

  it('no other route answers on it, whatever the method', async () => {
    const routes = routesOf(service).filter((route) => /^\/(v1|console)/.test(route.path));
    expect(routes.length).toBeGreaterThan(10);
    for (const route of routes) {
      const path = route.path.replace(/:\w+/g, '9876543210').replace('*', 'x');
      for (const method of ['get', 'post', 'delete'] as const)
        expect({ path, status: (await management[method](path)).status }).toEqual({ path, status: 404 });
    }
    expect((await service.http.get('/v1/customer-profiles/9876543210')).status).toBe(200);
  });

  it('its requests are logged like others, and broken ones are answered', async () => {
    await management.get('/metrics').set('x-request-id', 'scrape-1').expect(200);
    expect(service.log.find(({ requestId }) => requestId === 'scrape-1')).toMatchObject({
      route: '/metrics',
      status: 200,
    });
    const socket = connect(Number(new URL(service.managementUrl ?? '').port), '127.0.0.1');
    socket.setEncoding('utf8').end('no request\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [string];
    expect(answer).toContain('HTTP/1.1 400');
  });

  it('must be another port than PORT', () => {
    const same = sandboxVariables(sandbox.url, { PORT: '3000', MANAGEMENT_PORT: '3000' });
    expect(() => readEnv(same)).toThrow('MANAGEMENT_PORT: must be another port than PORT');
  });

  it('ends with the service, which waits for no idle connection', async () => {
    const own = await startService(sandboxVariables(sandbox.url, { MANAGEMENT_PORT: '0' }));
    const url = own.managementUrl ?? '';
    await supertest(url).get('/metrics').set('connection', 'keep-alive').expect(200);
    await own.close();
    await expect(supertest(url).get('/health/live')).rejects.toThrow('ECONNREFUSED');
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { Lifecycle } from '../../src/health/lifecycle.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const LIVE = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n';

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  service = await startService(sandboxVariables(sandbox.url));
});

afterAll(() => sandbox.close());

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  await once(socket, 'connect');
  return socket;
}

describe('while the process drains', () => {
  it.each([
    ['GET', '/v1/customer-profiles/9876543210', 200],
    ['GET', '/v1/customer-profiles/9876543210/connectors/nonsense', 400],
    ['GET', '/nothing-here', 404],
    ['POST', '/health/live', 405],
    ['GET', '/health/ready', 503],
  ])('the answer to %s %s (%i) ends its connection (R5)', async (method, path, status) => {
    const before = await fetch(service.url + path, { method });
    expect(before.headers.get('connection')).toBe('keep-alive');
    service.app.get(Lifecycle).drain();
    const after = await fetch(service.url + path, { method });
    expect(after.status).toBe(status);
    expect(after.headers.get('connection')).toBe('close');
    await service.close();
  });
});

describe('closing', () => {
  it('does not wait for connections without a request', async () => {
    const unused = await open();
    // The server knows of the connection once it has answered on a later one.
    await service.http.get('/health/live').expect(200);
    const closed = once(unused, 'close');
    await service.close();
    await closed;
    expect(unused.destroyed).toBe(true);
  });

  it('does not wait long for the body of a request that is answered', async () => {
    const { server } = service.app.getHttpAdapter().getInstance();
    const socket = await open();
    socket.write('PUT /nothing-here HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 404 /);
    const closed = service.close();
    const ended = once(socket, 'close');
    await eventually('the server closes', () => !server.listening);
    service.clock.advance(1000);
    await Promise.all([closed, ended]);
  });

  it('answers a request that comes after such a body, however long that takes', async () => {
    const { server } = service.app.getHttpAdapter().getInstance();
    const socket = await open();
    socket.write('PUT /nothing-here HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n');
    await once(socket, 'data');
    const closed = service.close();
    const answered = once(socket, 'data');
    await eventually('the server closes', () => !server.listening);
    sandbox.faults.set('reseller', { kind: 'hold' });
    sandbox.traffic.reset();
    socket.write(`${'x'.repeat(20)}GET /v1/customer-profiles/9876543210 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    service.clock.advance(1000);
    sandbox.faults.clear();
    expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 200 /);
    await closed;
  });

  it('answers a request that has come and is not read yet (R5)', async () => {
    const used = await open();
    const fresh = await open();
    used.write(LIVE);
    expect(String((await once(used, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /);
    const answers = [used, fresh].map(async (socket) => String((await once(socket, 'data'))[0]));
    // In one turn: nothing is read between the requests and the beginning of the end.
    used.write(LIVE);
    fresh.write(LIVE);
    await service.close();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).toContain('connection: close');
    }
  });
});

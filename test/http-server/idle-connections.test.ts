import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../support/service.ts';

let sandbox: Sandbox;
const services: Service[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  await sandbox.close();
});

async function start(more: Variables = {}): Promise<Service> {
  const service = await startService(sandboxVariables(sandbox.url, more));
  services.push(service);
  return service;
}

it('an idle connection is kept longer than common gateways keep theirs, which is ten minutes at most (C8, E18)', async () => {
  const { http } = await start();
  const { headers } = await http.get('/health/live').set('connection', 'keep-alive').expect(200);
  expect(headers['keep-alive']).toBe('timeout=620');
});

it('an idle connection is kept for KEEP_ALIVE_TIMEOUT_MS, and closed then (C8, E18)', async () => {
  const { url } = await start({ KEEP_ALIVE_TIMEOUT_MS: '1000' });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  let received = '';
  socket.on('data', (text: string) => (received += text));
  socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'end');
  socket.destroy();
  expect(received).toContain('Keep-Alive: timeout=1\r\n');
});

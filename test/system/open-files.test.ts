import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type BuiltService, buildService } from '../support/built-service.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables } from '../support/service.ts';

/** How many files the process may open, and how many connections callers open: more than fit. */
const MAX_FILES = 128;
const CONNECTIONS = 200;
const PATH = '/v1/customer-profiles/9876543210?fields=name';

let sandbox: Sandbox;
let built: BuiltService;

beforeAll(async () => {
  sandbox = await startSandbox();
  built = buildService();
});

afterAll(async () => {
  built.endAll();
  await sandbox.close();
});

it('a process that may open no more files lives on, and answers as soon as callers have gone (F34)', async () => {
  const limited = ['sh', '-c', `ulimit -n ${MAX_FILES}; exec "$0" "$1"`, process.execPath, built.main] as const;
  const process_ = built.start(sandboxVariables(sandbox.url), limited);
  const url = await process_.url;
  expect((await fetch(url + PATH)).status).toBe(200);

  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  for (let count = 0; count < CONNECTIONS; count += 1) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
  }
  // One that was accepted is answered whatever others wait for.
  const first = sockets[0]?.setEncoding('latin1');
  first?.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
  if (first) expect(String((await once(first, 'data'))[0])).toMatch(/^HTTP\/1.1 200 /);
  for (const socket of sockets) socket.destroy();

  await eventually('it answers again', async () => (await fetch(url + PATH)).status === 200);
  process_.signal('SIGTERM');
  expect(await process_.ended).toEqual({ code: 0, stderr: '' });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { linkedAs, stagedCustomer } from '../profile-cache/stage.ts';
import { buildService, type BuiltService, type RunningService } from '../support/built-service.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables } from '../support/service.ts';

/** How many files the process may open, and how many connections callers open: more than fit. */
const MAX_FILES = 128;
const CONNECTIONS = 200;
/** Of each kind: one file that is left open by each of them would be seen. */
const REQUESTS = 100;
const hasProc = existsSync('/proc/self/fd');
const PATH = '/v1/customer-profiles/9876543210?fields=name';

let sandbox: Sandbox;
let built: BuiltService;

beforeAll(async () => {
  sandbox = await startSandbox();
  built = buildService();
});

afterEach(() => {
  sandbox.faults.clear();
});

afterAll(async () => {
  built.endAll();
  await sandbox.close();
});

/** By a connection of its own. */
async function statusOf(url: string): Promise<number | undefined> {
  const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode;
}

async function expectStatus(url: string, status = 200): Promise<void> {
  expect(await statusOf(url)).toBe(status);
}

/** The profile of a customer that was never read. */
const unread = (): string => stagedCustomer(sandbox, { stripe: linkedAs('cus_1') }).path;

/** What may become of a request, each to be tried again and again. */
const WAYS: readonly (readonly [way: string, ask: (url: string) => Promise<void>])[] = [
  ['a copy answers', (url) => expectStatus(url + PATH)],
  ['the sources are asked', (url) => expectStatus(url + unread())],
  ['there is no such route', (url) => expectStatus(`${url}/nowhere`, 404)],
  ['a file is sent', (url) => expectStatus(`${url}/docs/errors.md`)],
  [
    'a source breaks its connection off',
    async (url) => {
      sandbox.faults.set('stripe', { kind: 'reset-mid-body', times: 1 });
      await expectStatus(url + unread());
      expect(sandbox.faults.list()).toEqual({});
      // Every other call is well, so that no breaker opens.
      await expectStatus(url + unread());
    },
  ],
  [
    'the caller leaves while a source is asked',
    async (url) => {
      sandbox.faults.set('reseller', { kind: 'hold' });
      const before = sandbox.traffic.counts.bySource.reseller;
      const request = get(url + unread(), { agent: false }).on('error', () => undefined);
      await sandbox.traffic.until(({ bySource }) => bySource.reseller > before);
      await new Promise((resolve) => request.once('close', resolve).destroy());
      sandbox.faults.clear();
    },
  ],
];

(hasProc ? describe : describe.skip)(`what a process has open${hasProc ? '' : ' (needs /proc)'}`, () => {
  let process_: RunningService;
  let url: string;

  beforeAll(async () => {
    // Without Redis a process keeps to its own share of the quota.
    const quota = { RESELLER_QUOTA_CALLS: '1000000', RESELLER_QUOTA_CALLS_LOCAL: '1000000' };
    const more = { ...quota, BILLING_CONNECTORS: 'stripe' };
    process_ = built.start(sandboxVariables(sandbox.url, more));
    url = await process_.url;
  });

  it.each(WAYS)('is no more after many requests than after a few, when %s', async (_way, ask) => {
    const openFiles = (): number => readdirSync(`/proc/${process_.pid}/fd`).length;
    for (let count = 0; count < 10; count += 1) await ask(url);
    const before = openFiles();
    for (let count = 0; count < REQUESTS; count += 1) await ask(url);
    // Connections to the sources are kept open between calls, and those of callers close a moment later.
    await eventually('no more files are open', () => openFiles() < before + REQUESTS / 5);
  });
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

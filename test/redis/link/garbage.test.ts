import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { settled, throughWaits } from '../../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../../support/service.ts';
import { roundTrip } from '../../upstream/reading.ts';
import { PATIENT, readProfile } from '../load.ts';

const infoThen = (reply: string): string => `$20\r\nredis_version:9.1.1\r\n\r\n${reply}`;

const REPLIES: readonly (readonly [title: string, reply: string | Buffer])[] = [
  ['an HTTP answer', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
  ['random bytes', Buffer.from([0x00, 0xff, 0x13, 0x37, 0x0d, 0x0a, 0x80, 0x81])],
  ['an error for everything', '-ERR no\r\n'],
  ['LOADING for everything', '-LOADING Redis is loading the dataset in memory\r\n'],
  ['CLUSTERDOWN for everything', '-CLUSTERDOWN The cluster is down\r\n'],
  ['OK for everything', '+OK\r\n'],
  ['a number for everything', ':5\r\n'],
  ['nothing for everything', '_\r\n'],
  ['an empty list for everything', '*0\r\n'],
  ['three texts for everything', '*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n'],
  ['lists in lists for everything', '*1\r\n*1\r\n*1\r\n:1\r\n'],
  ['two replies for each command', infoThen('+OK\r\n')],
  ['an absurd length', '$99999999999999\r\nx'],
  ['half a reply', '*2\r\n$5\r\nab'],
  ['silence', ''],
];
/** A command is given up then. No other timer is set for this time. */
const COMMAND_MS = 2000;
const isCommand = (ms: number): boolean => ms === COMMAND_MS;
/** The breaker has asked again by then. */
const BREAKER_ASKS_WITHIN_MS = 1200;

let stage: Stage;
let closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  stage = await openStage();
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

afterAll(() => stage.close());

/** The beginning of a command. */
const COMMAND = /\*\d+\r\n\$/g;

/** A server that answers each command with `reply`. */
async function speaking(reply: Buffer): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let received = '';
    let answered = 0;
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text;
      for (const commands = received.match(COMMAND)?.length ?? 0; answered < commands; answered += 1)
        socket.write(reply);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
    await once(server, 'close');
  });
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startBefore(reply: string | Buffer): Promise<Service> {
  const variables = { ...PATIENT, REDIS_URL: await speaking(Buffer.from(reply)), REDIS_TIMEOUT_MS: String(COMMAND_MS) };
  const service = await startService(sandboxVariables(stage.sandbox.url, variables));
  closing.push(() => throughWaits(service, service.close(), COMMAND_MS, isCommand));
  return service;
}

/** The result of the work. A command has a round trip for its reply, then its time passes; what is asserted holds either way. */
async function waiting<T>(service: Service, work: PromiseLike<T>): Promise<T> {
  const result = Promise.resolve(work).then((value) => ({ value }));
  for (;;) {
    const first = await Promise.race([result, service.clock.whenSet(isCommand)]);
    if (first) return first.value;
    await roundTrip(service);
    if (service.clock.isSet(isCommand)) service.clock.advance(COMMAND_MS);
  }
}

/** Reads and links, again and again, and the breaker has let commands through in between. */
async function expectNoHarm(service: Service): Promise<void> {
  const customer = stage.customer();
  for (let reads = 0; reads < 5; reads += 1) {
    const { status, body } = await waiting(service, readProfile(service, customer));
    expect({ status, body }).toMatchObject({ status: 200, body: { complete: true } });
    const unlinked = await waiting(service, readProfile(service, { path: customer.unlinkedPath }));
    expect(unlinked).toMatchObject({ status: 200, body: { connectors: null, complete: false } });
    await waiting(service, settled(service));
    service.clock.advance(BREAKER_ASKS_WITHIN_MS);
  }
  const link = `/v1/customer-links/${customer.customerId}`;
  const { billingCustomerId } = customer;
  await waiting(service, service.http.get(link).expect(503));
  await waiting(service, service.http.put(link).send({ billingCustomerId }).expect(503));
  await waiting(service, service.http.delete(link).expect(503));
}

describe('a server that is no Redis fails no read, never makes a profile “unlinked”, and answers links with 503 (F26):', () => {
  it.each(REPLIES)('%s', async (_title, reply) => {
    await expectNoHarm(await startBefore(reply));
  });
});

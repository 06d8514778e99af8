import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { sandboxVariables, startService } from '../support/service.ts';
import { PATIENT, readProfile } from './load.ts';

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
  ['an absurd length', '$99999999999999\r\nx'],
  ['half a reply', '*2\r\n$5\r\nab'],
  ['two replies for each command', infoThen('+OK\r\n')],
  ['silence', ''],
];

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

/** A server that answers whatever it is sent, a command or a part of one, with `reply`. */
async function speaking(reply: Buffer): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(reply));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
    await once(server, 'close');
  });
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a server that is no Redis', () => {
  it.each(REPLIES)(
    'fails no read, never makes a profile “unlinked”, and answers links with 503: %s',
    async (_title, reply) => {
      // Time is real, as it is for what the client makes of this; nothing below depends on it.
      const variables = { ...PATIENT, REDIS_URL: await speaking(Buffer.from(reply)), REDIS_TIMEOUT_MS: '200' };
      const service = await startService(sandboxVariables(stage.sandbox.url, variables), { time: 'real' });
      closing.push(() => service.close());
      const customer = stage.customer();
      for (let reads = 0; reads < 5; reads += 1) {
        service.clock.advance(3000);
        const { status, body } = await readProfile(service, customer);
        expect({ status, body }).toMatchObject({ status: 200, body: { complete: true } });
        const unlinked = await readProfile(service, { path: customer.unlinkedPath });
        expect(unlinked).toMatchObject({ status: 200, body: { connectors: null, complete: false } });
      }
      const link = `/v1/customer-links/${customer.customerId}`;
      await service.http.get(link).expect(503);
      await service.http.put(link).send({ billingCustomerId: customer.billingCustomerId }).expect(503);
      await service.http.delete(link).expect(503);
    },
  );
});

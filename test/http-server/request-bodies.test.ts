import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { LINKS, NDJSON, newLinks, toLines } from '../customer-links/ndjson.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';

const TIMEOUT_MS = 5000;
const RATE = 1000;
const MAX_BYTES = 65_536;

let stage: Stage;
let service: Service;
/** The service's end of the newest connection. */
let accepted: Socket;
/** The newest request. */
let asked: IncomingMessage;
/** Of this test. */
let senders: Sender[] = [];

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({
    REQUEST_TIMEOUT_MS: String(TIMEOUT_MS),
    MIN_UPLOAD_BYTES_PER_SECOND: String(RATE),
    MAX_IMPORT_BYTES: String(MAX_BYTES),
    REDIS_TIMEOUT_MS: '10000',
  });
  service.app.getHttpServer().on('connection', (socket: Socket) => {
    accepted = socket;
  });
  service.app.getHttpServer().on('request', (request: IncomingMessage) => {
    asked = request;
  });
});

afterEach(async () => {
  await Promise.all(senders.map((sender) => sender.leave()));
  senders = [];
  await quietAgain(service);
});

afterAll(() => stage.close());

/** A connection on which a test sends a request bit by bit. */
class Sender {
  received = '';
  isClosed = false;
  private sent = 0;

  static async connect(): Promise<Sender> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    const connection = once(service.app.getHttpServer(), 'connection');
    await Promise.all([once(socket, 'connect'), connection]);
    const sender = new Sender(socket, accepted);
    senders.push(sender);
    return sender;
  }

  private readonly socket: Socket;
  private readonly service: Socket;

  private constructor(socket: Socket, itsEnd: Socket) {
    this.socket = socket;
    this.service = itsEnd;
    socket.setEncoding('latin1').on('data', (text: string) => (this.received += text));
    socket.on('error', () => undefined);
    socket.once('close', () => (this.isClosed = true));
  }

  /** Resolves when the service has read it. */
  async send(text: string): Promise<void> {
    this.socket.write(text, 'latin1');
    this.sent += text.length;
    await eventually('it has come', () => this.service.bytesRead >= this.sent);
  }

  get statuses(): readonly number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  }

  async answered(...statuses: readonly number[]): Promise<void> {
    await eventually(`answered ${statuses.join()}`, () => this.statuses.length >= statuses.length);
    expect(this.statuses).toEqual(statuses);
  }

  async closed(): Promise<void> {
    await eventually('the connection has ended', () => this.isClosed);
  }

  /** Ends the connection; resolves when the service knows. */
  async leave(): Promise<void> {
    this.socket.destroy();
    await eventually('the service knows', () => this.service.closed);
  }
}

const HOST = 'HTTP/1.1\r\nHost: localhost\r\n';
const LIVE = `GET /health/live ${HOST}\r\n`;
const PUT = `PUT ${LINKS}/9876543210 ${HOST}Content-Type: application/json\r\n`;
const IMPORT = `POST ${LINKS}/import ${HOST}Content-Type: ${NDJSON}\r\n`;
const sized = (bytes: number): string => `Content-Length: ${bytes}\r\n\r\n`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('a body that comes slowly', () => {
  it('may take longer than the timeout, at the lowest rate (E16)', async () => {
    const file = toLines(newLinks(100));
    const sender = await Sender.connect();
    await sender.send(IMPORT + sized(file.length));
    const startedAt = service.clock.monotonic();
    for (let at = 0; at < file.length; at += RATE) {
      service.clock.advance(1000);
      await sender.send(file.slice(at, at + RATE));
    }
    await sender.answered(200);
    expect(service.clock.monotonic() - startedAt).toBeGreaterThan(TIMEOUT_MS);
    await eventually('all is imported', () => sender.received.includes('"created":100'));
  });

  it.each([
    ['an import', IMPORT, 'links-file'],
    ['a link', PUT, '{"billing'],
  ])('is 408, and the end of its connection, when it stalls: %s (E16)', async (_what, request, begun) => {
    const sender = await Sender.connect();
    await sender.send(request + sized(5000) + begun);
    await eventually('its body is read', () => asked.readableDidRead);
    service.clock.advance(TIMEOUT_MS - 1);
    expect(sender.statuses).toEqual([]);
    service.clock.advance(1000);
    await sender.answered(408);
    expect(sender.received).toContain('"code":"request_timeout"');
    await sender.closed();
  });

  it('is 408 when it comes below the lowest rate (E16)', async () => {
    const sender = await Sender.connect();
    await sender.send(IMPORT + sized(60_000));
    await eventually('it is refused', async () => {
      service.clock.advance(1000);
      if (!sender.isClosed) await sender.send('x'.repeat(RATE / 10));
      return sender.statuses.length > 0;
    });
    expect(sender.statuses).toEqual([408]);
  });
});

describe('a request that is answered before its body has come', () => {
  const TOO_LARGE = 'x'.repeat(4 * MAX_BYTES);

  it.each([
    ['an import whose declared length is too large', IMPORT + sized(TOO_LARGE.length) + TOO_LARGE, 413],
    ['an import that turns out too large', IMPORT + CHUNKED + chunk(TOO_LARGE) + chunk(''), 413],
    ['a link whose declared length is too large', PUT + sized(TOO_LARGE.length) + TOO_LARGE, 413],
    ['a link that turns out too large', PUT + CHUNKED + chunk(TOO_LARGE) + chunk(''), 413],
    ['a route that takes no such method', `POST /health/live ${HOST}${sized(TOO_LARGE.length)}${TOO_LARGE}`, 405],
    ['no route', `POST /nothing-here ${HOST}Content-Type: text/csv\r\n${sized(TOO_LARGE.length)}${TOO_LARGE}`, 404],
  ])('has its answer, and its connection goes on: %s (E6)', async (_what, request, status) => {
    const sender = await Sender.connect();
    for (let times = 1; times <= 3; times += 1) await sender.send(request);
    await sender.send(LIVE);
    await sender.answered(status, status, status, 200);
  });

  it('loses its connection when the body does not come in time (E6)', async () => {
    const sender = await Sender.connect();
    await sender.send(`POST /nothing-here ${HOST}${sized(5000)}begun`);
    await sender.answered(404);
    expect(sender.isClosed).toBe(false);
    service.clock.advance(TIMEOUT_MS + 1000);
    await sender.closed();
    expect(sender.statuses).toEqual([404]);
  });

  it('loses its connection when more comes than can be thrown away, however fast it comes (E6)', async () => {
    const sender = await Sender.connect();
    await sender.send(`POST /nothing-here ${HOST}${CHUNKED}${chunk('x'.repeat(1_000_000))}`);
    await sender.answered(404);
    service.clock.advance(TIMEOUT_MS);
    await sender.send(chunk('x'.repeat(64 * 1024 * 1024)));
    expect(sender.isClosed).toBe(false);
    service.clock.advance(TIMEOUT_MS);
    await sender.closed();
    expect(sender.statuses).toEqual([404]);
  });
});

describe('a route that takes no body', () => {
  const JSON_TYPE = 'Content-Type: application/json\r\n';
  const EMPTY = {
    'no header of a body': '\r\n',
    'a type': `${JSON_TYPE}\r\n`,
    'a type and the length 0': `${JSON_TYPE}Content-Length: 0\r\n\r\n`,
    'an unknown type': 'Content-Type: text/csv\r\n\r\n',
    'no chunk': `${CHUNKED}0\r\n\r\n`,
    'a type and no chunk': `${JSON_TYPE}${CHUNKED}0\r\n\r\n`,
    'an unknown type and no chunk': `Content-Type: text/csv\r\n${CHUNKED}0\r\n\r\n`,
    'the body {}': `${JSON_TYPE}${sized(2)}{}`,
  };
  const ROUTES = [
    ['DELETE', `${LINKS}/9876543210`, 204],
    ['DELETE', '/v1/customer-profiles/9876543210/cache', 204],
    ['GET', '/health/live', 200],
    ['HEAD', '/health/live', 200],
    ['POST', '/health/live', 405],
  ] as const;

  const cases = ROUTES.flatMap(([method, path, status]) =>
    Object.entries(EMPTY).map(([title, headers]) => [method, path, status, title, headers] as const),
  );
  it.each(cases)('%s %s is answered %i with %s (C4)', async (method, path, status, _title, headers) => {
    const sender = await Sender.connect();
    await sender.send(`${method} ${path} ${HOST}${headers}`);
    await sender.answered(status);
    await sender.send(LIVE);
    await sender.answered(status, 200);
  });
});

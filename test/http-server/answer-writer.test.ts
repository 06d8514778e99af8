import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyReply } from 'fastify';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AnswerWriter } from '../../src/http-server/answer-writer.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { resellerOnly } from '../upstream/reading.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start({});
});

afterEach(() => {
  stack.sandbox.faults.clear();
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

interface Connection {
  readonly socket: Socket;
  readonly received: () => string;
  /** What has come when the service has ended the connection. */
  readonly whole: () => Promise<string>;
}

function open(bytes: string): Connection {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname, () => socket.write(bytes));
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  const closed = once(socket, 'close');
  return { socket, received: () => received, whole: () => closed.then(() => received) };
}

const request = (path: string, more = '', method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
const CLOSE = 'Connection: close\r\n';
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);
const path = (): string => resellerOnly(stack, 1)[0] ?? '';

it.each<[string, (reply: FastifyReply) => void]>([
  ['by the reply', (reply) => void reply.send('an answer')],
  [
    'whole',
    (reply) => {
      reply.server.answerWriter.send(reply, 'an answer');
    },
  ],
])('answers that are ready in one turn are written after all of them are, sent %s', async (_title, send) => {
  const server = fastify();
  const events: string[] = [];
  server.get('/', (_request, reply) => {
    events.push('ready');
    reply.raw.once('prefinish', () => events.push('written'));
    send(reply);
  });
  server.decorate('answerWriter', new AnswerWriter(server));
  await server.ready();
  const answers = await Promise.all(Array.from({ length: 5 }, () => server.inject('/')));
  expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['an answer']));
  expect(events).toEqual([...Array<string>(5).fill('ready'), ...Array<string>(5).fill('written')]);
});

describe('on a connection', () => {
  it('pipelined requests are answered in their order, however long one takes', async () => {
    stack.sandbox.traffic.reset();
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    const { received, whole } = open(request(path()) + request('/health/live') + request('/nothing-here', CLOSE));
    await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    expect(received()).toBe('');
    stack.sandbox.faults.clear();
    const statuses = [...(await whole()).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(['200', '200', '404']);
  });

  it('HEAD has the length of the body and no body', async () => {
    const target = path();
    const got = await open(request(target, CLOSE)).whole();
    const head = await open(request(target, CLOSE, 'HEAD')).whole();
    expect(head).toContain(`content-length: ${Buffer.byteLength(bodyOf(got), 'latin1')}\r\n`);
    expect(bodyOf(head)).toBe('');
  });

  it('304 has no body, and the connection is used on', async () => {
    const target = path();
    const [, etag = ''] = /etag: (.*)\r\n/.exec(await open(request(target, CLOSE)).whole()) ?? [];
    const both = request(target, `If-None-Match: ${etag}\r\n`) + request('/health/live', CLOSE);
    const answers = (await open(both).whole()).split('HTTP/1.1 ').slice(1);
    expect(answers.map((answer) => answer.slice(0, 3))).toEqual(['304', '200']);
    expect(bodyOf(answers[0] ?? '')).toBe('');
  });

  it('Expect: 100-continue is answered before the body comes, and the request after it', async () => {
    const headers = 'Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n';
    const put = open(request('/v1/customer-links/9876543210', headers + CLOSE, 'PUT'));
    await eventually('it may send its body', () => put.received().startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
    put.socket.write('{}');
    expect(await put.whole()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /);
  });

  it('HTTP/1.0 ends with the answer', async () => {
    const answer = await open('GET /health/live HTTP/1.0\r\n\r\n').whole();
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(bodyOf(answer)).not.toBe('');
  });

  it('callers who leave are not answered, and those who ask at the same time are', async () => {
    stack.sandbox.traffic.reset();
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    const target = path();
    const leaving = open(request(target, CLOSE));
    const staying = open(request(target, CLOSE));
    await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    const left = once(leaving.socket, 'close');
    stack.sandbox.faults.clear();
    leaving.socket.destroy();
    await left;
    expect(await staying.whole()).toMatch(/^HTTP\/1\.1 200 /);
    expect(leaving.received()).toBe('');
  });

  it('an answer that is larger than what a connection takes at once comes whole', async () => {
    const slow = open(request('/openapi.json', CLOSE));
    slow.socket.pause();
    const small = await open(request('/health/live', CLOSE)).whole();
    expect(small).toMatch(/^HTTP\/1\.1 200 /);
    slow.socket.resume();
    const answer = await slow.whole();
    const [, length = ''] = /content-length: (\d+)\r\n/.exec(answer) ?? [];
    expect(bodyOf(answer)).toHaveLength(Number(length));
    expect(JSON.parse(bodyOf(answer))).toHaveProperty('openapi');
  });
});

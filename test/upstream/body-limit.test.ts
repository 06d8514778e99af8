import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { failedAttempts, resellerOnly } from './reading.ts';

const LIMIT_BYTES = 256 * 1024;
const READS = 10;

let stack: Stack;
let service: Service;
let reseller: Server;
/** What the reseller's answers begin with, and how it is coded; they never end. */
let beginning: Buffer;
let coding: string;
let answers: ServerResponse[];

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  answers = [];
  reseller = createServer((_request, answer) => {
    answers.push(answer);
    answer.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': coding }).write(beginning);
  }).listen(0, '127.0.0.1');
  await once(reseller, 'listening');
  const { port } = reseller.address() as AddressInfo;
  service = await stack.start({ RESELLER_API_URL: `http://127.0.0.1:${port}` });
});

afterEach(async () => {
  reseller.closeAllConnections();
  reseller.close();
  await service.close();
});

afterAll(() => stack.close());

const spaces = (bytes: number): Buffer => Buffer.alloc(bytes, ' ');

describe('a body that does not end', () => {
  it.each([
    ['one byte over the limit', 'identity', spaces(LIMIT_BYTES + 1)],
    ['one byte over the limit, unzipped', 'gzip', gzipSync(spaces(LIMIT_BYTES + 1))],
    ['far over the limit, unzipped', 'gzip', gzipSync(spaces(64 * LIMIT_BYTES))],
  ])('is cut off where it is %s: no more of it is read, and its connection is closed', async (_title, ...begun) => {
    [coding, beginning] = begun;
    // No time passes, so a read that waited for the rest would never be answered.
    const reads = await Promise.all(resellerOnly(stack, READS).map((path) => service.http.get(path)));
    for (const { status, body } of reads) {
      expect(status).toBe(502);
      expect(body).toMatchObject({ state: 'malformed', source: 'reseller' });
    }
    expect(answers).toHaveLength(READS);
    await Promise.all(answers.filter(({ closed }) => !closed).map((answer) => once(answer, 'close')));
    expect(failedAttempts(service, 'reseller').at(-1)).toMatchObject({ reason: 'the body is too large', attempt: 1 });
  });
});

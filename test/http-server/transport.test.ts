import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type ProblemCode } from '../../src/problems/problem.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { expectProblem, sendBytes } from './raw.ts';

const get = 'GET /v1/customer-profiles/9876543210 HTTP/1.1\r\n';
const put = 'PUT /v1/customer-links/9876543210 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const badBytes: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  'two Host headers': [
    'invalid_request',
    `${get}Host: localhost\r\nHost: zq7.example.org\r\nConnection: close\r\n\r\n`,
  ],
  'no Host header': ['invalid_request', `${get}Connection: close\r\n\r\n`],
  'Content-Length beside Transfer-Encoding': [
    'invalid_request',
    `${put}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  'two Content-Lengths': ['invalid_request', `${put}Content-Length: 3\r\nContent-Length: 4\r\n\r\nzq7`],
  'a negative Content-Length': ['invalid_request', `${put}Content-Length: -1\r\n\r\n`],
  'an unknown Transfer-Encoding': ['invalid_request', `${put}Transfer-Encoding: zq7\r\n\r\n`],
  'a chunk of no size': ['invalid_request', `${put}Transfer-Encoding: chunked\r\n\r\nzq7\r\n`],
  'bare line feeds': ['invalid_request', `${get}Host: localhost\r\n\r\n`.replaceAll('\r\n', '\n')],
  'a bare carriage return in a header': ['invalid_request', `${get}Host: localhost\r\nX-Zq7: a\rX-Evil: b\r\n\r\n`],
  'a folded header': ['invalid_request', `${get}Host: localhost\r\n X-Zq7: a\r\n\r\n`],
  'a space before the colon': ['invalid_request', `${get}Host: localhost\r\nX-Zq7 : a\r\n\r\n`],
  'a null character in a header': ['invalid_request', `${get}Host: localhost\r\nX-Zq7: \0\r\n\r\n`],
  'a space in the target': ['invalid_request', `GET /v1/zq7 zq7 HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  'an unknown version': ['invalid_request', `GET /zq7 HTTP/9.9\r\nHost: localhost\r\n\r\n`],
  'a TLS greeting': ['invalid_request', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03zq7'],
  'no HTTP at all': ['invalid_request', '*1\r\n$8\r\nFLUSHALL\r\n'],
  'one header over 16 kB': ['headers_too_large', `${get}Host: localhost\r\nX-Zq7: ${'zq7'.repeat(6000)}\r\n\r\n`],
  'a thousand headers over 16 kB': [
    'headers_too_large',
    `${get}Host: localhost\r\n${'X-Zq7: zq7zq7zq7zq7\r\n'.repeat(1000)}\r\n`,
  ],
  'a target over 16 kB': ['headers_too_large', `GET /${'zq7'.repeat(6000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
};

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(sandboxVariables(sandbox.url));
});

beforeEach(() => {
  sandbox.traffic.reset();
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

describe('bytes that are not a valid request', () => {
  it.each(Object.entries(badBytes))(
    '%s: a problem, a closed connection, no call to an upstream',
    async (_case, [code, bytes]) => {
      expectProblem(await sendBytes(service.url, Buffer.from(bytes, 'latin1')), code);
      expect(sandbox.traffic.requests).toEqual([]);
    },
  );

  it('a second request smuggled behind a refused one is never answered', async () => {
    const smuggled = `${put}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${get}Host: localhost\r\n\r\n`;
    const { body } = await sendBytes(service.url, smuggled);
    expect(body).not.toMatch(/HTTP\/1\.1 \d/);
    expect(sandbox.traffic.requests).toEqual([]);
  });

  it('HTTP/1.0 needs no Host header', async () => {
    const { status } = await sendBytes(service.url, 'GET /health/live HTTP/1.0\r\n\r\n');
    expect(status).toBe(200);
  });
});

import { expect } from '@jest/globals';
import { connect } from 'node:net';
import { type ProblemCode, PROBLEMS } from '../../src/problems/problem.ts';

/** What came back over a socket that the service then closed. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** In every input that must not come back. */
export const MARK = 'zq7';

/** Sends exactly these bytes and nothing more; resolves when the service has closed the connection. */
export function sendBytes(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.once('error', reject);
    socket.once('close', () => {
      resolve(parse(received));
    });
  });
}

/** A request with a target that no client library has normalised. */
export function requestBytes(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string {
  const all = {
    Host: 'localhost',
    Connection: 'close',
    ...(body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** Checks that the answer is this problem, with one id in header and body, and repeats no input. */
export function expectProblem(answer: RawAnswer, code: ProblemCode): void {
  const { status, title } = PROBLEMS[code];
  const problem: unknown = JSON.parse(answer.body);
  expect({ status: answer.status, problem }).toMatchObject({ status, problem: { code, status, title } });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(problem).toMatchObject({
    type: `/docs/errors.md#${code}`,
    detail: expect.stringMatching(/\w/),
    requestId: answer.headers['x-request-id'],
  });
  expect(`${JSON.stringify(answer.headers)}${answer.body}`.toLowerCase()).not.toContain(MARK);
}

function parse(received: string): RawAnswer {
  const end = received.indexOf('\r\n\r\n');
  const [first = '', ...lines] = received.slice(0, end).split('\r\n');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: received.slice(end + 4),
  };
}

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sendBytes } from '../http-server/raw.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { fuzz, LIMIT_MS } from './fuzz.ts';

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(
    sandboxVariables(sandbox.url, { BILLING_CONNECTORS: 'stripe', HEADERS_TIMEOUT_MS: '300' }),
  );
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

const method = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'BREW');
const id = fc.oneof(
  fc.constantFrom('9876543210', '..', '%2e%2e', '%00', '%zz', '__proto__', 'batch-get', 'export', ''),
  fc.string({ maxLength: 60 }).filter((text) => text.isWellFormed()).map(encodeURIComponent),
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }).map((text) => text.replaceAll(/[\s#?]/g, '')),
); // prettier-ignore
const route = fc.constantFrom(
  '/v1/customer-profiles/',
  '/v1/customer-links/',
  '/v1/customer-profile-changes',
  '/docs/',
  '/console/',
  '/',
);
const after = fc.constantFrom('', '/cache', '/connectors', '/connectors/stripe', '/explanation', '/', '/x');
const names = [
  'fields',
  'connectors',
  'require',
  'view',
  'budgetMs',
  'billingCustomerId',
  'source',
  'limit',
  'cursor',
  'waitSeconds',
  'values',
  'x',
];
const word = fc.oneof(
  fc.constantFrom('', 'name', 'stripe', '0', '-1', '1e999', 'NaN', '[]', 'true', 'stripe,../x', 'a'.repeat(300)),
  fc.string({ maxLength: 30 }),
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(...names),
      word.filter((text) => text.isWellFormed()),
    ),
    { maxLength: 4 },
  )
  .map((pairs) => pairs.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&'));
const headerText = fc.string({ unit: 'grapheme-ascii', maxLength: 80 }).map((text) => text.replaceAll(/[\r\n]/g, ' '));
const header = fc.tuple(
  fc.constantFrom('Cache-Control', 'If-None-Match', 'If-Match', 'X-Request-Id', 'traceparent', 'Accept', 'Content-Type', 'organisation', 'x-envoy-expected-rq-timeout-ms', 'Range', 'Expect', 'Accept-Encoding', 'Last-Event-ID'),
  headerText,
); // prettier-ignore
const body = fc.oneof(fc.constant(''), fc.json(), fc.string({ maxLength: 200 }));

it(
  'whatever is asked, an answer is never a failure of the service, and a refusal is a problem that asks no source',
  async () => {
    await fuzz(
      fc.record({ method, route, id, after, query, headers: fc.array(header, { maxLength: 4 }), body }),
      async (one) => {
        sandbox.traffic.reset();
        const target = `${one.route}${one.id}${one.after}${one.query === '' ? '' : `?${one.query}`}`;
        const lines = one.headers.map(([name, text]) => `${name}: ${text}\r\n`).join('');
        const length = `Content-Length: ${Buffer.byteLength(one.body)}\r\n`;
        const bytes = `${one.method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${length}${lines}\r\n${one.body}`;
        const answer = await sendBytes(service.url, bytes);
        expect([
          200, 204, 302, 304, 308, 400, 403, 404, 405, 406, 408, 412, 413, 414, 415, 417, 422, 431, 501, 503, 504,
        ]).toContain(answer.status);
        if (answer.status < 400) return;
        if (answer.status < 500 && answer.status !== 404) expect(sandbox.traffic.requests).toEqual([]);
        if (one.method === 'HEAD' || answer.status === 417) return;
        expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
        expect(JSON.parse(answer.body)).toMatchObject({
          status: answer.status,
          code: expect.stringMatching(/^\w+$/) as unknown,
        });
      },
      { inputs: 400 },
    );
  },
  LIMIT_MS,
);

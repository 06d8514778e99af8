import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { expectProblem, requestBytes, sendBytes } from '../http-server/raw.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const routes: readonly (readonly [method: string, before: string, after: string])[] = [
  ['GET', '/v1/customer-profiles/', ''],
  ['GET', '/v1/customer-profiles/', '/connectors'],
  ['GET', '/v1/customer-profiles/', '/connectors/stripe'],
  ['GET', '/v1/customer-links/', ''],
  ['DELETE', '/v1/customer-links/', ''],
];

const badIds = {
  'three characters': 'zq7',
  '41 characters': `zq7${'x'.repeat(38)}`,
  '600 characters': `zq7${'x'.repeat(597)}`,
  'dots, encoded': '%2e%2e',
  'dots, plain': '..',
  'a way up, encoded': '..%2f..%2fzq7',
  'dots, encoded twice': '%252e%252ezq7',
  'a slash, encoded': 'zq7%2fb',
  'a backslash, encoded': 'zq7%5cb',
  'a null character': 'zq7%00x',
  'a bad escape': 'zq7%zz',
  'half an escape': 'zq7x%2',
  'bytes that are no UTF-8': 'zq7%ff%fe',
  'an overlong dot': 'zq7%c0%ae',
  'a line break': 'zq7%0d%0aX-Injected:%201',
  spaces: '%20zq7%20',
  'a plus': 'zq7+zq7',
  'a zero-width space': 'zq7%e2%80%8bx',
  'a right-to-left override': 'zq7%e2%80%aex',
  'an absolute URL': 'http:%2f%2fzq7.example.org%2f',
  'the name of a prototype': '__proto__',
  'a mathematical letter beyond 40 bytes of escapes': '%f0%9d%94%9e'.repeat(41),
  emoji: 'zq7%f0%9f%98%80',
  'SQL text': "zq7'%20OR%20'1'='1",
  'template text': '%7b%7bzq7%7d%7d',
  'a shell substitution': '$(zq7)',
  'Redis command text': 'zq7%0d%0aFLUSHALL%0d%0a',
  'a key separator': 'zq7:zq7',
  'a hash tag': '%7bzq7%7d',
  'a wildcard': 'zq7*',
  'a fragment, encoded': 'zq7x%23x',
  'a query, encoded': 'zq7x%3fbudgetMs=1',
  'bytes outside ASCII, not encoded': 'zq7é',
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

describe.each(routes)('%s %s{customerId}%s', (method, before, after) => {
  it.each(Object.entries(badIds))('refuses an id with %s as invalid_request and asks no source', async (_case, id) => {
    expectProblem(await sendBytes(service.url, requestBytes(method, before + id + after)), 'invalid_request');
    expect(sandbox.traffic.requests).toEqual([]);
  });

  it('knows no route for an empty id and asks no source', async () => {
    expectProblem(await sendBytes(service.url, requestBytes(method, before + after)), 'route_not_found');
    expect(sandbox.traffic.requests).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { expectProblem, sendBytes } from '../http-server/raw.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const get = 'GET /v1/customer-profiles/9876543210 HTTP/1.1\r\n';
const put = 'PUT /v1/customer-links/9876543210 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(sandboxVariables(sandbox.url), { time: 'real' });
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

/** Node's own limits on a slow request are real time, in whatever time the service is. */
describe('a request that does not end', () => {
  it('is a problem, the connection closed, no source asked: headers and a body that never end', async () => {
    const headers = sendBytes(service.url, `${get}Host: localhost\r\nX-Zq7: zq7`);
    const body = sendBytes(service.url, `${put}Content-Length: 100\r\n\r\n{"zq7":`);
    for (const answer of await Promise.all([headers, body])) expectProblem(answer, 'request_timeout');
    expect(sandbox.traffic.requests).toEqual([]);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { requestBytes, sendBytes } from '../http-server/raw.ts';
import { eventually } from '../support/eventually.ts';
import { countOf, seriesOf } from '../support/exposition.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const PROFILE = '/v1/customer-profiles/:customerId';

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(sandboxVariables(sandbox.url, { LOG_LEVEL: 'info' }));
});

afterEach(() => {
  sandbox.faults.clear();
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

const linesOf = (requestId: string): readonly Record<string, unknown>[] =>
  service.log.filter((line) => line.requestId === requestId && line.msg === 'request');

/** The requests counted with these labels. */
async function counted(method: string, route: string, status: number): Promise<number> {
  const { text } = await service.http.get('/metrics');
  const labels = `{http_request_method="${method}",http_route="${route}",http_response_status_code="${status}"}`;
  return countOf(text, `http_server_request_duration_seconds_count${labels}`);
}

/** The requests that have no answer yet, besides the one that asks. */
async function active(): Promise<number> {
  const { text } = await service.http.get('/metrics');
  return Number(/^http_server_active_requests (\d+)$/m.exec(text)?.[1]) - 1;
}

/** Sends the request over connections of its own, and leaves when the upstream has been asked for it. */
async function askAndLeave(requestId: string, customerId: string, pipelined = false): Promise<void> {
  sandbox.faults.set('reseller', { kind: 'hold' });
  const { hostname, port } = new URL(service.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const headers = { 'X-Request-Id': requestId, Connection: 'keep-alive' };
  const bytes = requestBytes('GET', `/v1/customer-profiles/${customerId}?fields=name`, headers);
  socket.write(pipelined ? bytes + bytes : bytes);
  await sandbox.traffic.until(() => sandbox.traffic.requests.some(({ path }) => path.endsWith(customerId)));
  service.clock.advance(250);
  socket.destroy();
}

describe('concurrent requests', () => {
  it('are counted until they are answered, or their caller leaves', async () => {
    expect(await active()).toBe(0);
    sandbox.faults.set('reseller', { kind: 'hold' });
    const answer = service.http.get('/v1/customer-profiles/under-way-1?fields=name').then(({ status }) => status);
    await sandbox.traffic.until(() => sandbox.traffic.requests.some(({ path }) => path.endsWith('under-way-1')));
    expect(await active()).toBe(1);
    sandbox.faults.clear();
    service.clock.advance(2000);
    await answer;
    expect(await active()).toBe(0);
    await askAndLeave('left-0', 'under-way-2', true);
    await eventually('their caller has left', async () => (await active()) === 0);
  });
});

describe('a request whose caller disconnects before the answer (R7)', () => {
  it('leaves one line and one sample, with status 499 and its time, also when it is answered later', async () => {
    const before = await counted('GET', PROFILE, 499);
    await askAndLeave('left-1', '9876543210');
    await eventually('it is logged', () => linesOf('left-1').length > 0);
    sandbox.faults.clear();
    await eventually('it is counted', async () => (await counted('GET', PROFILE, 499)) === before + 1);
    // The next one on another connection is answered after all that the first one left behind.
    await service.http.get('/v1/customer-profiles/9876543210?fields=name').expect(200);
    expect(linesOf('left-1')).toEqual([
      expect.objectContaining({ level: 'info', status: 499, route: PROFILE, event: 'caller_left', durationMs: 250 }),
    ]);
    expect(await counted('GET', PROFILE, 499)).toBe(before + 1);
  });

  it('leaves as many when several were sent on one connection', async () => {
    const before = await counted('GET', PROFILE, 499);
    await askAndLeave('left-2', '1005110006', true);
    await eventually('both are logged', () => linesOf('left-2').length === 2);
    sandbox.faults.clear();
    expect(await counted('GET', PROFILE, 499)).toBe(before + 2);
  });

  it('is none of those that were answered, on one connection kept alive', async () => {
    const before = await counted('GET', PROFILE, 499);
    const bytes = requestBytes('GET', '/v1/customer-profiles/9876543210?fields=name', {
      'X-Request-Id': 'stayed',
      Connection: 'keep-alive',
    });
    const last = requestBytes('GET', '/v1/customer-profiles/9876543210?fields=name', { 'X-Request-Id': 'stayed' });
    await sendBytes(service.url, bytes + bytes + last);
    await eventually('all are logged', () => linesOf('stayed').length === 3);
    expect(linesOf('stayed').map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await counted('GET', PROFILE, 499)).toBe(before);
  });
});

describe('a request that fails', () => {
  it('is counted by the code of its problem, and others have no such label', async () => {
    await service.http.get('/v1/customer-profiles/never-read').set('Cache-Control', 'only-if-cached').expect(504);
    await service.http.get('/v1/customer-profiles/x').expect(400);
    const { text } = await service.http.get('/metrics');
    const series = seriesOf(text, 'http_server_request_duration_seconds_count', { http_route: PROFILE });
    const errorTypes = series.map(({ labels }) => [labels.http_response_status_code, labels.error_type]);
    expect(errorTypes).toContainEqual(['504', 'not_cached']);
    expect(errorTypes).toContainEqual(['400', undefined]);
  });
});

describe('a request that never reached a route leaves a line with the id it was answered with, and a sample (R7)', () => {
  it.each([
    ['a broken percent-encoding', requestBytes('GET', '/v1/customer-profiles/%zz'), 'GET', 400, 'invalid_request'],
    ['too long an id', requestBytes('GET', `/v1/customer-profiles/${'x'.repeat(600)}`), 'GET', 400, 'invalid_request'],
    ['no HTTP at all', '*1\r\n$8\r\nFLUSHALL\r\n', '_OTHER', 400, 'invalid_request'],
    [
      'too large headers',
      requestBytes('GET', '/', { 'X-Zq7': 'zq7'.repeat(6000) }),
      '_OTHER',
      431,
      'headers_too_large',
    ],
  ] as const)('%s', async (_title, bytes, method, status, code) => {
    const before = await counted(method, 'none', status);
    const answer = await sendBytes(service.url, bytes);
    expect(answer.status).toBe(status);
    const requestId = answer.headers['x-request-id'] ?? '';
    expect(linesOf(requestId)).toEqual([
      expect.objectContaining({ level: 'info', method, status, code, route: 'none' }),
    ]);
    expect(await counted(method, 'none', status)).toBe(before + 1);
    expect(JSON.stringify(service.log)).not.toContain('zq7');
  });

  it('a body of broken chunks: under the id and the route of its request, once', async () => {
    const head = requestBytes('PUT', '/v1/customer-links/9876543210', {
      'X-Request-Id': 'chunks',
      'Content-Type': 'application/json',
      'Transfer-Encoding': 'chunked',
    });
    const answer = await sendBytes(service.url, `${head}zq7\r\n`);
    expect(answer.headers['x-request-id']).toBe('chunks');
    await eventually('it is logged', () => linesOf('chunks').length > 0);
    expect(linesOf('chunks')).toEqual([
      expect.objectContaining({ method: 'PUT', status: 400, route: '/v1/customer-links/:customerId' }),
    ]);
  });
});

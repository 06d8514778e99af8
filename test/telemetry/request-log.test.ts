import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(sandboxVariables(sandbox.url));
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

async function linesOf(requestId: string, path: string): Promise<readonly Record<string, unknown>[]> {
  const lines = (): readonly Record<string, unknown>[] =>
    service.log.filter((line) => line.requestId === requestId && line.msg === 'request');
  await service.http.get(path).set('X-Request-Id', requestId);
  await eventually(`${path} is logged`, () => lines().length > 0);
  return lines();
}

describe('the log of requests', () => {
  it.each([
    ['r-1', '/v1/customer-profiles/9876543210?fields=name', '/v1/customer-profiles/:customerId', 200],
    ['r-2', '/v1/customer-profiles/9999999999', '/v1/customer-profiles/:customerId', 404],
    ['r-3', '/v1/customer-profiles/x', '/v1/customer-profiles/:customerId', 400],
    ['r-4', '/v1/customer-links/9876543210', '/v1/customer-links/:customerId', 503],
    ['r-5', '/nowhere/at/all', 'none', 404],
  ])('has one line for %s, GET %s: the pattern of its route and no path', async (requestId, path, route, status) => {
    const lines = await linesOf(requestId, path);
    expect(lines).toEqual([expect.objectContaining({ level: 'info', method: 'GET', route, status, durationMs: 0 })]);
    expect(lines[0]).not.toHaveProperty('droppedFields');
  });

  it('has for a profile the caller, the organisation, and whether it was cached and complete', async () => {
    expect(await linesOf('r-6', '/v1/customer-profiles/1005110006')).toEqual([
      expect.objectContaining({ caller: 'anonymous', organisation: expect.any(String), cache: 'miss', complete: true }),
    ]);
    expect(await linesOf('r-7', '/v1/customer-profiles/1005110006')).toEqual([
      expect.objectContaining({ cache: 'hit-local' }),
    ]);
  });

  it('has the duration of the answer', async () => {
    sandbox.faults.set('reseller', { kind: 'hold' });
    const lines = linesOf('r-9', '/v1/customer-profiles/1005110007?fields=name');
    await sandbox.traffic.until(() => sandbox.traffic.requests.some(({ path }) => path.endsWith('1005110007')));
    service.clock.advance(321);
    sandbox.faults.clear();
    expect(await lines).toEqual([expect.objectContaining({ durationMs: 321 })]);
  });

  it('has for a problem its code and the source that caused it', async () => {
    expect(await linesOf('r-8', '/v1/customer-profiles/9999999998')).toEqual([
      expect.objectContaining({ status: 404, code: 'customer_not_found', source: 'reseller' }),
    ]);
  });

  it.each(['live', 'ready', 'startup'])('shows the probe %s at level debug only', async (probe) => {
    expect(await linesOf(`p-${probe}`, `/health/${probe}`)).toEqual([expect.objectContaining({ level: 'debug' })]);
  });
});

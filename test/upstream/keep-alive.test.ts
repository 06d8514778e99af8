import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { failedAttempts, metric, portOf, resellerOnly } from './reading.ts';

let stack: Stack;
let proxy: TcpProxy;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  proxy = await startTcpProxy(portOf(stack.sandbox.url));
  service = await stack.start({ RESELLER_API_URL: proxy.url, RESELLER_QUOTA_CALLS: '100000' });
});

afterEach(async () => {
  await service.close();
  await proxy.close();
});

afterAll(() => stack.close());

async function readOneByOne(count: number): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  for (const path of resellerOnly(stack, count)) {
    const { status } = await service.http.get(path);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

describe('an idle keep-alive socket closed just before reuse', () => {
  it('is no visible error in 1,000 calls: by a FIN at any moment', async () => {
    proxy.passage = { kind: 'end-when-idle', idleMs: () => Math.random() * 6 };
    expect(await readOneByOne(1000)).toStrictEqual({ 200: 1000 });
    expect(proxy.counts.accepted).toBeGreaterThan(100);
    expect(failedAttempts(service, 'reseller').filter(({ level }) => level === 'warn')).toStrictEqual([]);
  });

  it('is no visible error in 300 calls: by a reset of each connection as it is used again', async () => {
    proxy.passage = { kind: 'reset-on-reuse' };
    expect(await readOneByOne(300)).toStrictEqual({ 200: 300 });
    // Each reuse met a reset and was made up for on a connection of its own; the far side was asked once a call.
    expect(proxy.counts.reused).toBeGreaterThan(100);
    expect(stack.sandbox.traffic.counts).toMatchObject({ duplicateRequestIds: 0, replays: 0 });
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(300);
    expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(0);
    expect(await metric(service, 'upstream_retries_total', { upstream: 'reseller' })).toBe(proxy.counts.reused);
  });

  it('does not occur while the far side keeps its connections: 100 calls go over one', async () => {
    expect(await readOneByOne(100)).toStrictEqual({ 200: 100 });
    expect(proxy.counts).toMatchObject({ accepted: 1, reused: 99 });
  });

  it('is made up for by the call’s one retry: when a fresh connection is reset, too, the call fails', async () => {
    proxy.passage = { kind: 'reset-on-reuse' };
    expect(await readOneByOne(1)).toStrictEqual({ 200: 1 });
    proxy.passage = { kind: 'reset', afterBytes: 0 };
    expect(await readOneByOne(1)).toStrictEqual({ 502: 1 });
    expect(proxy.counts).toMatchObject({ accepted: 2, reused: 1 });
  });
});

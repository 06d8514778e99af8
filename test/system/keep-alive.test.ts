import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { failedAttempts, metric, portOf, resellerOnly } from '../upstream/reading.ts';

let stack: Stack;
let proxy: TcpProxy;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  proxy = await startTcpProxy(portOf(stack.sandbox.url));
  const patient = { REQUEST_BUDGET_MS: '60000', RESELLER_TIMEOUT_MS: '60000', RESELLER_QUOTA_CALLS: '100000' };
  service = await stack.start({ RESELLER_API_URL: proxy.url, ...patient }, { time: 'real' });
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

describe('an idle keep-alive socket closed just before reuse (F7)', () => {
  it('is no visible error until a hundred connections are closed: by a FIN at any moment', async () => {
    proxy.passage = { kind: 'end-when-idle', idleMs: () => Math.random() * 6 };
    // How many reads that takes depends on the machine.
    while (proxy.counts.accepted <= 100) expect(await readOneByOne(20)).toStrictEqual({ 200: 20 });
    expect(failedAttempts(service, 'reseller').filter(({ level }) => level === 'warn')).toStrictEqual([]);
  });

  it('is no visible error in 100 calls: by a reset of each connection as it is used again', async () => {
    proxy.passage = { kind: 'reset-on-reuse' };
    // Several at once leave several idle connections: who meets one that is reset must not try the next of them.
    await Promise.all(resellerOnly(stack, 10).map((path) => service.http.get(path).expect(200)));
    expect(await readOneByOne(90)).toStrictEqual({ 200: 90 });
    // Each reuse met a reset and was made up for on a connection of its own; the far side was asked once a call.
    expect(proxy.counts.reused).toBeGreaterThan(0);
    expect(stack.sandbox.traffic.counts).toMatchObject({ duplicateRequestIds: 0, replays: 0 });
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(100);
    expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(0);
    expect(await metric(service, 'upstream_retries_total', { upstream: 'reseller' })).toBe(proxy.counts.reused);
  });

  it('does not occur while the far side keeps its connections: 100 calls go over one, or over one more after each pause', async () => {
    expect(await readOneByOne(100)).toStrictEqual({ 200: 100 });
    const { accepted, reused } = proxy.counts;
    expect(accepted + reused).toBe(100);
    // An idle one is given up after four seconds, and the test has sixty.
    expect(accepted).toBeLessThanOrEqual(60 / 4);
  });

  it('is made up for by the call’s one retry: when a fresh connection is reset, too, the call fails', async () => {
    proxy.passage = { kind: 'reset-on-reuse' };
    expect(await readOneByOne(1)).toStrictEqual({ 200: 1 });
    proxy.passage = { kind: 'reset', afterBytes: 0 };
    expect(await readOneByOne(1)).toStrictEqual({ 502: 1 });
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
    expect(await metric(service, 'upstream_retries_total', { upstream: 'reseller' })).toBe(1);
  });
});

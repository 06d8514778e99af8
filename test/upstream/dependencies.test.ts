import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { credentials } from '../../sandbox/credentials.ts';
import { type DependencyReport } from '../../src/health/health.schema.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { linkedCustomer, onlyUnderWay, resellerOnly } from './reading.ts';

const { organisation } = credentials.billing;

let stack: Stack;
let service: Service;

beforeEach(async () => {
  stack = await startStack();
  service = await stack.start({ RESELLER_QUOTA_CALLS: '200' });
});

afterEach(async () => {
  await service.close();
  await stack.close();
});

const report = async (): Promise<DependencyReport> =>
  (await service.http.get('/health/dependencies').expect(200)).body as DependencyReport;
const upstream = async (name: string): Promise<DependencyReport['upstreams'][number] | undefined> =>
  (await report()).upstreams.find((one) => one.upstream === name);

describe('/health/dependencies', () => {
  it('shows for each upstream its breaker, last good answer, latency and quota left, from traffic alone', async () => {
    expect(await report()).toMatchObject({ redis: { configured: true, state: 'ready' }, upstreams: [], drift: [] });
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    const read = service.http.get(linkedCustomer(stack).path).then((answer) => answer);
    await onlyUnderWay(stack, service, 1 + 12, 1);
    const askedAt = service.clock.now();
    service.clock.advance(40);
    stack.sandbox.faults.clear();
    expect((await read).status).toBe(200);
    const calls = stack.sandbox.traffic.requests.length;
    const { upstreams } = await report();
    const well = { organisation, breaker: 'closed', openBreakers: [], quotaLeft: null };
    const answered = (afterMs: number): object => ({
      lastAnswerAt: new Date(askedAt + afterMs).toISOString(),
      latencyMs: afterMs,
    });
    expect(upstreams).toHaveLength(3);
    for (const one of [
      { ...well, ...answered(40), upstream: 'reseller', quotaLeft: 199 },
      { ...well, ...answered(0), upstream: 'reseller-token' },
      { ...well, ...answered(0), upstream: 'billing' },
    ])
      expect(upstreams).toContainEqual(one);
    expect(stack.sandbox.traffic.requests).toHaveLength(calls);
  });

  it('names the operation whose breaker is open; readiness and liveness stay 200', async () => {
    stack.sandbox.faults.set('xero', { kind: 'status', status: 501 });
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 500 });
    const paths = Array.from({ length: 25 }, () => linkedCustomer(stack).path);
    await throughWaits(service, Promise.all(paths.map((path) => service.http.get(path))));
    expect(await upstream('billing')).toMatchObject({ breaker: 'open', openBreakers: ['get_connector_xero'] });
    expect(await upstream('reseller')).toMatchObject({
      breaker: 'open',
      openBreakers: ['get_customer'],
      latencyMs: null,
    });
    for (const probe of ['ready', 'live', 'startup']) await service.http.get(`/health/${probe}`).expect(200);
  });

  it('reports that Redis is unreachable, without a command to it; readiness stays 200', async () => {
    await service.http.get(resellerOnly(stack, 1)[0] ?? '').expect(200);
    await stack.redis.kill();
    await eventually('it is said', async () => (await report()).redis.state === 'unreachable');
    await service.http.get('/health/ready').expect(200);
  });
});

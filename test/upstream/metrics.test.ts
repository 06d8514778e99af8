import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { linkedCustomer, metric, onlyUnderWay, resellerOnly, timedRead } from './reading.ts';

const ATTEMPT_MS = 300;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start({ BILLING_TIMEOUT_MS: String(ATTEMPT_MS), RESELLER_QUOTA_CALLS: '100000' });
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

const DURATION = 'http_client_request_duration_seconds_count';

async function series(): Promise<readonly string[]> {
  const { text } = await service.http.get('/metrics').expect(200);
  return text
    .split('\n')
    .filter((line) => /^(http_client|upstream)_/.test(line))
    .map((line) => line.slice(0, line.lastIndexOf(' ')));
}

/** `fetch` keeps a connection: hundreds of reads over few. */
const readStatus = async (id: string): Promise<number> =>
  (await fetch(`${service.url}/v1/customer-profiles/${encodeURIComponent(id)}`)).status;

describe('metrics of the upstream calls', () => {
  it('count each call by upstream, operation and state', async () => {
    stack.sandbox.faults.set('xero', { kind: 'hang' });
    stack.sandbox.faults.set('zoho', { kind: 'status', status: 500, times: 1 });
    const read = timedRead(service, linkedCustomer(stack).path);
    await throughWaits(service, onlyUnderWay(stack, service, 1 + 12 + 1, 1));
    service.clock.advance(ATTEMPT_MS);
    expect((await read).answer.status).toBe(200);
    stack.sandbox.faults.clear();
    await service.http.get('/v1/customer-profiles/nobody-1').expect(404);
    const count = (upstream: string, operation: string, state: string): Promise<number> =>
      metric(service, DURATION, { upstream, operation, state });
    expect(await count('reseller', 'get_customer', 'ok')).toBe(1);
    expect(await count('reseller', 'get_customer', 'customer_unknown')).toBe(1);
    expect(await count('reseller-token', 'issue_token', 'ok')).toBe(1);
    expect(await count('billing', 'get_connector_stripe', 'linked')).toBe(1);
    expect(await count('billing', 'get_connector_xero', 'timeout')).toBe(1);
    expect(await count('billing', 'get_connector_zoho', 'upstream_error')).toBe(1);
    expect(await count('billing', 'get_connector_zoho', 'linked')).toBe(1);
    expect(await metric(service, 'upstream_retries_total', { operation: 'get_connector_zoho' })).toBe(1);
    const seconds = await metric(service, 'http_client_request_duration_seconds_sum', { state: 'timeout' });
    // The pause before zoho's retry has passed beside it.
    expect(seconds).toBe((ATTEMPT_MS + 100) / 1000);
  });

  it('show the breaker, calls in flight, the queue and the calls left of the quota, by name', async () => {
    const names = new Set((await series()).map((name) => name.replace(/\{.*/, '')));
    for (const name of [
      'upstream_breaker_state',
      'http_client_active_requests',
      'upstream_queued_requests',
      'upstream_quota_left',
      'upstream_quota_calls',
    ])
      expect(names).toContain(name);
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    const reads = Promise.all(resellerOnly(stack, 70).map((path) => service.http.get(path)));
    await eventually('six wait for the bulkhead', async () => {
      const queued = await metric(service, 'upstream_queued_requests', { upstream: 'reseller' });
      return queued === 6;
    });
    expect(await metric(service, 'http_client_active_requests', { upstream: 'reseller' })).toBe(64);
    stack.sandbox.faults.clear();
    await reads;
    expect(await metric(service, 'http_client_active_requests')).toBe(0);
    expect(await metric(service, 'upstream_quota_left')).toBeLessThan(100_000);
    expect([250, 100_000]).toContain(await metric(service, 'upstream_quota_calls'));
  });

  it('have the same series after 400 odd ids, and none of them in a label', async () => {
    await readStatus('odd-first');
    const before = await series();
    const statuses = new Set<number>();
    for (let from = 0; from < 400; from += 50) {
      const ids = Array.from({ length: 50 }, (_, index) => `odd-漢字-${from + index}`);
      for (const status of await Promise.all(ids.map(readStatus))) statuses.add(status);
    }
    expect([...statuses]).toStrictEqual([404]);
    const after = await series();
    expect(after).toStrictEqual(before);
    expect(after.join()).not.toContain('odd-');
  });
});

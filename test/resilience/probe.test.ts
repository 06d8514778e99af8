import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { metric, resellerOnly } from '../upstream/reading.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});

afterAll(() => stack.close());

it('probes that fail are not repeated: after three the breaker is open again', async () => {
  const service = await stack.start();
  // Not retried, so that the retry budget is whole when the probe fails with what is.
  stack.sandbox.faults.set('reseller', { kind: 'status', status: 501 });
  await Promise.all(resellerOnly(stack, 30).map((path) => service.http.get(path)));
  expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(2);
  stack.sandbox.faults.set('reseller', { kind: 'status', status: 500 });
  const sent = stack.sandbox.traffic.counts.bySource.reseller;
  const retried = await metric(service, 'upstream_retries_total', { upstream: 'reseller' });
  const path = profilePath(stack.newCustomer('no-billing-customer'));
  await service.http.get(path).expect(503);
  await settled(service);
  service.clock.advance(3000);
  for (const probe of [path, ...resellerOnly(stack, 2)])
    await throughWaits(service, service.http.get(probe).expect(502));
  expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(sent + 3);
  expect(await metric(service, 'upstream_retries_total', { upstream: 'reseller' })).toBe(retried);
  expect(await metric(service, 'upstream_breaker_state', { upstream: 'reseller' })).toBe(2);
  await service.close();
});

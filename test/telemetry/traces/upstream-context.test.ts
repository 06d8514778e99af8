import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { exported, only, tracedTo } from './tracing.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = { tracestate: 'vendor=opaque', baggage: 'customer=Ravensworth' };

let stage: Stage;
let receiver: OtlpReceiver;

beforeAll(async () => {
  [stage, receiver] = await Promise.all([openStage(), startOtlpReceiver()]);
});

afterAll(async () => {
  await stage.close();
  await receiver.close();
});

describe('calls to the upstreams', () => {
  it('carry nothing of a trace', async () => {
    const service = await stage.service(tracedTo(receiver));
    const customer = stage.customer();
    await service.http.get(customer.path).set({ ...CALLER, traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
    const names = stage.sandbox.traffic.requests.flatMap(({ headers }) => Object.keys(headers));
    expect(names).toContain('user-agent');
    expect(names.filter((name) => /^(trace|baggage|b3|x-b3)/.test(name))).toEqual([]);
  });

  it('carry the span of their attempt with UPSTREAM_TRACE_CONTEXT, and nothing else of the caller’s', async () => {
    const service = await stage.service(tracedTo(receiver, { UPSTREAM_TRACE_CONTEXT: 'true' }));
    receiver.clear();
    for (const flag of ['01', '00']) {
      const customer = stage.customer();
      await service.http.get(customer.path).set({ ...CALLER, traceparent: `00-${TRACE}-00f067aa0ba902b7-${flag}` });
      const calls = customer.requests();
      expect(calls).toHaveLength(12);
      for (const { headers } of calls) {
        expect(headers).not.toHaveProperty('tracestate');
        expect(headers).not.toHaveProperty('baggage');
        expect(headers.traceparent).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-${flag}$`));
      }
      if (flag === '00') continue;
      const { spanId } = only(await exported(service, receiver), 'reseller get_customer');
      const toReseller = calls.find(({ source }) => source === 'reseller');
      expect(toReseller?.headers.traceparent).toBe(`00-${TRACE}-${spanId}-01`);
    }
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { type Passage, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { linkedCustomer, metric, portOf, resellerOnly, sourceOf, timedRead } from './reading.ts';

const ATTEMPT_MS = 300;

let stack: Stack;
let proxy: TcpProxy;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  proxy = await startTcpProxy(portOf(stack.sandbox.url));
  const timeouts = { RESELLER_TIMEOUT_MS: String(ATTEMPT_MS), BILLING_TIMEOUT_MS: String(ATTEMPT_MS) };
  service = await stack.start({ RESELLER_API_URL: proxy.url, BILLING_API_URL: proxy.url, ...timeouts });
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
  await proxy.close();
});

afterAll(() => stack.close());

/** How connections go through the proxy, and what both upstreams do behind it. */
const HELD: readonly (readonly [string, Passage, Fault | null])[] = [
  ['accepted and never forwarded', { kind: 'black-hole' }, null],
  ['answered a byte a second, from the status line on', { kind: 'drip', intervalMs: 1000 }, null],
  ['answered long after A', { kind: 'forward' }, { kind: 'hold' }],
];

describe.each(HELD)('sockets on which a call is %s (F3)', (_title, passage, fault) => {
  it('are cut at A and return to the baseline, even when twelve hang at once', async () => {
    const { path } = linkedCustomer(stack);
    proxy.passage = passage;
    if (fault) for (const source of ['reseller', 'billing'] as const) stack.sandbox.faults.set(source, fault);
    const read = timedRead(service, `${path}&require=billing`);
    await eventually('twelve hang', async () => {
      const inFlight = await metric(service, 'http_client_active_requests');
      return proxy.counts.accepted === 12 && inFlight === 12;
    });
    service.clock.advance(ATTEMPT_MS);
    const { answer, elapsedMs } = await read;
    expect(answer.status).toBe(200);
    expect(sourceOf(answer.body, 'dealhub')).toMatchObject({ state: 'timeout' });
    expect(elapsedMs).toBe(ATTEMPT_MS);
    await eventually('no socket is left', () => proxy.counts.open === 0);
  });
});

describe.each([
  ['ends', 'cut'],
  ['is reset', 'reset'],
] as const)('a connection that %s in the middle of the body (F5)', (_title, kind) => {
  it('is one retry, then 502; never half an object', async () => {
    proxy.passage = { kind, afterBytes: 400 };
    const [path = ''] = resellerOnly(stack, 1);
    const { body } = await throughWaits(service, service.http.get(path).expect(502));
    expect(body).toMatchObject({ code: 'source_failed', source: 'reseller', state: 'upstream_error' });
    expect(proxy.counts).toMatchObject({ accepted: 2, bytesOut: 800 });
    expect(stack.sandbox.traffic.counts.replays).toBe(0);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { type Passage, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { linkedCustomer, portOf, resellerOnly, sourceOf, timedRead } from './reading.ts';

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
  await service.close();
  await proxy.close();
});

afterAll(() => stack.close());

const HELD: readonly (readonly [string, Passage])[] = [
  ['accepted and never forwarded', { kind: 'black-hole' }],
  ['answered a byte every 50 ms, from the status line on', { kind: 'drip', intervalMs: 50 }],
  ['answered long after A', { kind: 'delay', delayMs: 2000 }],
];

describe.each(HELD)('sockets on which a call is %s', (_title, passage) => {
  it('are cut at A and back to the baseline, though twelve hang at once', async () => {
    const { path } = linkedCustomer(stack);
    await service.http.get(resellerOnly(stack, 1)[0] ?? '').expect(200);
    await eventually('the first connection is idle', () => proxy.counts.open === 1);
    proxy.passage = passage;
    const { answer, elapsedMs } = await timedRead(service, `${path}&require=billing`);
    expect(answer.status).toBe(200);
    expect(sourceOf(answer.body, 'dealhub')).toMatchObject({ state: 'timeout' });
    expect(elapsedMs).toBeGreaterThanOrEqual(ATTEMPT_MS - 10);
    expect(elapsedMs).toBeLessThan(ATTEMPT_MS + 1500);
    await eventually('no socket is left but an idle one', () => proxy.counts.open <= 1, 1500);
  });
});

describe.each([
  ['ends', 'cut'],
  ['is reset', 'reset'],
] as const)('a connection that %s in the middle of the body', (_title, kind) => {
  it('is one retry, then 502; never half an object', async () => {
    proxy.passage = { kind, afterBytes: 400 };
    const [path = ''] = resellerOnly(stack, 1);
    const { body } = await service.http.get(path).expect(502);
    expect(body).toMatchObject({ code: 'source_failed', source: 'reseller', state: 'upstream_error' });
    expect(proxy.counts).toMatchObject({ accepted: 2, bytesOut: 800 });
    expect(stack.sandbox.traffic.counts.replays).toBe(0);
  });
});

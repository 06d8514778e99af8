import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import {
  callsOf,
  failedAttempts,
  linkedCustomer,
  metric,
  PATIENT_REDIS,
  resellerOnly,
  timedRead,
} from '../upstream/reading.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start({
    ...PATIENT_REDIS,
    REQUEST_BUDGET_MS: '10000',
    RESELLER_TIMEOUT_MS: '8000',
    BILLING_TIMEOUT_MS: '8000',
  });
  await service.http.get(resellerOnly(stack, 1)[0] ?? '').expect(200);
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

/** A caller with a connection of its own; `leave` closes it. */
function caller(path: string): { leave: () => void; answer: Promise<Response> } {
  const controller = new AbortController();
  const answer = fetch(service.url + path, { signal: controller.signal, headers: { connection: 'close' } });
  answer.catch(() => undefined);
  return { answer, leave: () => { controller.abort(); } }; // prettier-ignore
}

describe('callers who leave (F35)', () => {
  it('abort a call without other waiters, at once and without a warning', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'hang' });
    stack.sandbox.faults.set('billing', { kind: 'hang' });
    const callers = Array.from({ length: 30 }, () => caller(linkedCustomer(stack).path));
    await stack.sandbox.traffic.until((counts) => callsOf(counts) === 30 * 12);
    const logged = service.log.length;
    for (const { leave } of callers) leave();
    await stack.sandbox.traffic.until(({ aborted }) => aborted === 30 * 12);
    const alarms = service.log.slice(logged).filter(({ level }) => level === 'warn' || level === 'error');
    expect(alarms).toStrictEqual([]);
    expect(failedAttempts(service, 'billing').map(({ level }) => level)).toStrictEqual(Array(30 * 11).fill('debug'));
    expect(await metric(service, 'upstream_breaker_state')).toBe(0);
    expect(await metric(service, 'http_client_active_requests')).toBe(0);
  });

  it('abort no call that another caller waits for (U7)', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    const [path = ''] = resellerOnly(stack, 1);
    const [leaving, staying] = [caller(path), caller(path)];
    await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    await eventually('both wait', async () => (await metric(service, 'profile_cache_collapsed_reads_total')) === 1);
    leaving.leave();
    await eventually('one has left', () => service.log.some(({ event }) => event === 'caller_left'));
    stack.sandbox.faults.clear();
    expect((await staying.answer).status).toBe(200);
    expect(stack.sandbox.traffic.counts).toMatchObject({ aborted: 0 });
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
  });

  it('by their own deadline do not: the call goes on, and its answer is kept', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    const [path = ''] = resellerOnly(stack, 1);
    const read = timedRead(service, `${path}?budgetMs=150`);
    await stack.sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    service.clock.advance(150);
    const { status, body } = (await read).answer;
    expect(status).toBe(504);
    expect(body).toMatchObject({ state: 'timeout' });
    stack.sandbox.faults.clear();
    await settled(service);
    const { headers } = await service.http.get(path).expect(200);
    expect(headers['cache-status']).toContain('; hit; ');
    expect(stack.sandbox.traffic.counts).toMatchObject({ aborted: 0 });
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import {
  connectorStates,
  linkedCustomer,
  metric,
  onlyUnderWay,
  passDuringFetches,
  PATIENT_REDIS,
  resellerOnly,
  roundTrip,
  timedRead,
} from '../upstream/reading.ts';

const TIMEOUT_MS = 1500;
const BUDGET_MS = 2000;
/** Less than 80 % of it. */
const CALLER_MS = 1000;
const TOKEN = 1;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  service = await stack.start({
    ...PATIENT_REDIS,
    RESELLER_QUOTA_CALLS: '100000',
    RESELLER_TIMEOUT_MS: String(TIMEOUT_MS),
    BILLING_TIMEOUT_MS: String(TIMEOUT_MS),
    REQUEST_BUDGET_MS: String(BUDGET_MS),
  });
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

const breakerOf = (operation: string): Promise<number> => metric(service, 'upstream_breaker_state', { operation });
const xeroCalls = (): number => stack.asked('xero').length;

/** Callers of other customers, who leave together after so long. */
async function leaveAfter(ms: number, paths: readonly string[]): Promise<void> {
  const leaving = new AbortController();
  const asked = xeroCalls();
  const reads = paths.map((path) => fetch(service.url + path, { signal: leaving.signal }).catch(() => 'left'));
  await stack.sandbox.traffic.until(() => xeroCalls() === asked + paths.length);
  await eventually('only xero is under way', async () => (await metric(service, 'http_client_active_requests')) === paths.length); // prettier-ignore
  service.clock.advance(ms);
  leaving.abort();
  await Promise.all(reads);
  await eventually('the calls have ended', async () => (await metric(service, 'http_client_active_requests')) === 0);
}

describe('a connector that hangs, and callers with less time than most of its timeout', () => {
  it.each([
    ['x-request-timeout-ms', CALLER_MS],
    ['x-envoy-expected-rq-timeout-ms', CALLER_MS],
    ['x-request-timeout-ms', 100],
  ])('is known to hang after the first round: %s %d (U1)', async (header, callerMs) => {
    stack.sandbox.faults.set('xero', { kind: 'hang' });
    const paths = Array.from({ length: 30 }, () => linkedCustomer(stack).path);
    const reads = paths.map((path) => service.http.get(path).set(header, String(callerMs)).then((answer) => answer)); // prettier-ignore
    await onlyUnderWay(stack, service, TOKEN + 12 * 30, 30);
    service.clock.advance(callerMs);
    for (const { status, body } of await Promise.all(reads))
      expect({ status, xero: connectorStates(body).xero }).toStrictEqual({ status: 200, xero: 'timeout' });
    service.clock.advance(TIMEOUT_MS - callerMs);
    await settled(service);
    expect(await breakerOf('get_connector_xero')).toBe(2);
    // Neither these customers nor others pay for it again.
    for (const path of [...paths, linkedCustomer(stack).path]) {
      const { answer, elapsedMs } = await timedRead(service, path);
      expect([answer.status, elapsedMs]).toStrictEqual([200, 0]);
    }
    expect(xeroCalls()).toBe(30);
  });

  it('is known to hang although each of them leaves before its call is slow (U1)', async () => {
    stack.sandbox.faults.set('xero', { kind: 'hang' });
    await leaveAfter(CALLER_MS, Array.from({ length: 8 }, () => linkedCustomer(stack).path)); // prettier-ignore
    expect(await breakerOf('get_connector_xero')).toBe(2);
    const { answer, elapsedMs } = await timedRead(service, linkedCustomer(stack).path);
    expect([connectorStates(answer.body).xero, elapsedMs]).toStrictEqual(['circuit_open', 0]);
  });

  it('is known to hang although one customer alone is read, by callers who leave one after the other (U1)', async () => {
    stack.sandbox.faults.set('xero', { kind: 'hang' });
    const { path } = linkedCustomer(stack);
    for (let caller = 0; caller < 8; caller += 1) {
      expect(await breakerOf('get_connector_xero')).toBe(0);
      await leaveAfter(CALLER_MS, [path]);
    }
    expect(await breakerOf('get_connector_xero')).toBe(2);
  });

  it('is not thought to hang when they leave at once (U1)', async () => {
    stack.sandbox.faults.set('xero', { kind: 'hang' });
    await leaveAfter(TIMEOUT_MS / 10, Array.from({ length: 60 }, () => linkedCustomer(stack).path)); // prettier-ignore
    expect(await breakerOf('get_connector_xero')).toBe(0);
  });
});

describe('one popular customer that is not cached, and a reseller that hangs', () => {
  it('ten reads a second for 24 s teach the breaker, and the reads are then refused at once (U7)', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'hang' });
    const [path = ''] = resellerOnly(stack, 1);
    const reads: ReturnType<typeof timedRead>[] = [];
    for (let passedMs = 0; passedMs < 24_000; passedMs += 100) {
      const read = { isAnswered: false };
      reads.push(timedRead(service, path).finally(() => (read.isAnswered = true)));
      // A read that is not refused by then waits for the reseller.
      for (let trips = 0; trips < 8 && !read.isAnswered; trips += 1) await roundTrip(service);
      await passDuringFetches(service, 100);
    }
    const isTheirs = (ms: number): boolean => ms === TIMEOUT_MS || ms === BUDGET_MS;
    const answers = await throughWaits(service, Promise.all(reads), BUDGET_MS, isTheirs);
    const states = answers.map(({ answer }) => String(answer.body.state));
    expect(states.indexOf('circuit_open')).toBeLessThan(100);
    // Time passes while an answer is on its way.
    const refusedAtOnce = answers
      .slice(120)
      .filter(({ answer, elapsedMs }) => answer.status === 503 && elapsedMs < 500);
    expect(refusedAtOnce.length).toBeGreaterThan(60);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBeLessThan(20);
  });
});

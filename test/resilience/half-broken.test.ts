import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { connectorStates, linkedCustomer, metric, PATIENT_REDIS, resellerOnly } from '../upstream/reading.ts';
import { randomNumbers } from './random-numbers.ts';

const READS = 200;
const EVERY_MS = 50;
const UNAVAILABLE = { kind: 'status', status: 503 } as const;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start({ ...PATIENT_REDIS, RESELLER_QUOTA_CALLS: '100000' });
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

const breakerOf = (labels: Record<string, string>): Promise<number> =>
  metric(service, 'upstream_breaker_state', labels);

/** Reads other customers one after the other, twenty in a second. @param prepare sets the faults that the read meets */
async function readInTurn(count: number, prepare: () => void): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const path of resellerOnly(stack, count)) {
    prepare();
    const { status, body } = await throughWaits(service, service.http.get(path));
    answers.push(status === 200 ? 'answered' : String(body.state));
    service.clock.advance(EVERY_MS);
  }
  return answers;
}

describe('an upstream that answers half of the calls with 503, at random', () => {
  it('is asked for every read: no fewer are answered than it gives (R13)', async () => {
    const random = randomNumbers(7);
    const given = { count: 0 };
    const answers = await readInTurn(READS, () => {
      stack.sandbox.faults.clear();
      const [first, second] = [random() < 0.5, random() < 0.5];
      if (first) stack.sandbox.faults.set('reseller', { ...UNAVAILABLE, times: second ? 2 : 1 });
      else given.count += 1;
    });
    const answered = answers.filter((answer) => answer === 'answered').length;
    expect(given.count).toBeGreaterThan(0.45 * READS);
    // Plus some of the retries: a tenth of the calls, and half of those are answered.
    expect(answered).toBeGreaterThan(given.count);
    expect(answers).not.toContain('circuit_open');
    expect(await breakerOf({ upstream: 'reseller' })).toBe(0);
  });
});

describe('an upstream that answers nothing but 503', () => {
  it('is spared 95 % of the calls, and asked again when it is well (R13)', async () => {
    stack.sandbox.faults.set('reseller', UNAVAILABLE);
    await readInTurn(60, () => undefined);
    const before = stack.sandbox.traffic.counts.bySource.reseller;
    const answers = await readInTurn(READS, () => undefined);
    expect(answers).not.toContain('answered');
    expect(stack.sandbox.traffic.counts.bySource.reseller - before).toBeLessThanOrEqual(0.05 * READS);
    stack.sandbox.faults.clear();
    await settled(service);
    service.clock.advance(6000);
    expect(await readInTurn(30, () => undefined)).toStrictEqual(Array(30).fill('answered'));
  });
});

describe('one operation of eleven that answers nothing but 503', () => {
  it('opens its own breaker, and no other (R13)', async () => {
    stack.sandbox.faults.set('avalara', UNAVAILABLE);
    for (let read = 0; read < 30; read += 1) {
      const { body } = await throughWaits(service, service.http.get(linkedCustomer(stack).path).expect(200));
      const { avalara, ...others } = connectorStates(body);
      // Twenty calls, some of them retries.
      if (read < 8 || read >= 20) expect(avalara).toBe(read < 8 ? 'upstream_error' : 'circuit_open');
      expect(Object.values(others)).toStrictEqual(Array(10).fill('linked'));
      service.clock.advance(EVERY_MS);
    }
    expect(await breakerOf({ upstream: 'billing' })).toBe(2);
    expect(await breakerOf({ upstream: 'billing', operation: 'get_connector_stripe' })).toBe(0);
  });
});

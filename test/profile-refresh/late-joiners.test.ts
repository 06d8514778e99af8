import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { type Answer, metric, PATIENT_REDIS, roundTrip } from '../upstream/reading.ts';

const TIMEOUT_MS = 1500;
const BUDGET_MS = 2000;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start({
    ...PATIENT_REDIS,
    RESELLER_TIMEOUT_MS: String(TIMEOUT_MS),
    BILLING_TIMEOUT_MS: String(TIMEOUT_MS),
    REQUEST_BUDGET_MS: String(BUDGET_MS),
  });
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(() => stack.close());

const collapsed = (): Promise<number> => metric(service, 'profile_cache_collapsed_reads_total');

interface Read {
  readonly answer: Promise<Answer>;
  readonly cameAt: number;
}

function read(path: string): Read {
  return { answer: service.http.get(path).then((answer) => answer), cameAt: service.clock.monotonic() };
}

/** A read that joins the fetch under way. */
async function joining(path: string): Promise<Read> {
  const before = await collapsed();
  const joined = read(path);
  await eventually('it joins', async () => (await collapsed()) > before);
  return joined;
}

const SOURCES = [
  ['the reseller', 'reseller', ''],
  ['a required connector', 'stripe', '/connectors/stripe'],
] as const;

describe.each(SOURCES)('a read that joins a fetch from %s which times out', (_title, source, route) => {
  const asked = (): number => stack.asked(source).length;

  it.each([
    [100, 'has had its time', 504],
    [300, 'has had its time', 504],
    [301, 'asks again in its own time', 200],
    [TIMEOUT_MS - 1, 'asks again in its own time', 200],
  ])('after %d ms %s: %d (U7)', async (afterMs, _what, expected) => {
    const path = profilePath(stack.newCustomer('fully-linked'), '', route);
    stack.sandbox.faults.set(source, { kind: 'hang', times: 1 });
    const first = read(path);
    await stack.sandbox.traffic.until(() => asked() === 1);
    service.clock.advance(afterMs);
    const late = await joining(path);
    service.clock.advance(TIMEOUT_MS - afterMs);
    expect((await first.answer).status).toBe(504);
    expect((await late.answer).status).toBe(expected);
    expect(asked()).toBe(expected === 200 ? 2 : 1);
  });

  it('has its own deadline when the next fetch hangs too, and all late readers share that one (U7)', async () => {
    const path = profilePath(stack.newCustomer('fully-linked'), '', route);
    stack.sandbox.faults.set(source, { kind: 'hang' });
    const first = read(path);
    await stack.sandbox.traffic.until(() => asked() === 1);
    service.clock.advance(1000);
    const late = await Promise.all([joining(path), joining(path)]);
    service.clock.advance(500);
    expect((await first.answer).status).toBe(504);
    await stack.sandbox.traffic.until(() => asked() === 2);
    service.clock.advance(TIMEOUT_MS - 1);
    const none = roundTrip(service).then(() => 'none yet');
    expect(await Promise.race([none, ...late.map(({ answer }) => answer)])).toBe('none yet');
    service.clock.advance(1);
    for (const { answer, cameAt } of late) {
      const { status, body } = await answer;
      expect({ status, body }).toMatchObject({ status: 504, body: { code: 'source_timeout', state: 'timeout' } });
      expect(service.clock.monotonic() - cameAt).toBe(BUDGET_MS);
    }
    expect(asked()).toBe(2);
  });

  it('answers what the others get when it came with them (U7)', async () => {
    const path = profilePath(stack.newCustomer('fully-linked'), '', route);
    stack.sandbox.faults.set(source, { kind: 'hang' });
    const reads = [read(path), read(path), read(path)];
    await stack.sandbox.traffic.until(() => asked() === 1);
    await eventually('two join', async () => (await collapsed()) === 2);
    service.clock.advance(TIMEOUT_MS);
    for (const { answer } of reads) expect((await answer).status).toBe(504);
    expect(asked()).toBe(1);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { linkedAs, openStage, type Stage } from './stage.ts';

const MINUTE_MS = 60_000;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

const startAhead = (aheadMs: number): Promise<Service> =>
  stage.service({ CACHE_LOCAL_SECONDS: '0' }, { clock: new TestClock(aheadMs) });

const seconds = (pattern: RegExp, text: string | undefined): number => Number(pattern.exec(text ?? '')?.[1]);

async function timesOf(service: Service, path: string): Promise<{ age: number; maxAge: number; ttl: number }> {
  const { headers } = await service.http.get(path).expect(200);
  return {
    age: Number(headers.age),
    maxAge: seconds(/max-age=(\d+)/, headers['cache-control']),
    ttl: seconds(/ttl=(-?\d+)/, headers['cache-status']),
  };
}

describe('processes whose machines differ by minutes', () => {
  it.each([
    [-5, 5],
    [120, 0],
    [0, -120],
  ])('agree on every age and lifetime within a second: %i and %i minutes (R9, W4)', async (one, two) => {
    const [writer, reader] = [await startAhead(one * MINUTE_MS), await startAhead(two * MINUTE_MS)];
    const { path } = stage.customer({ stripe: linkedAs('cus_1') });
    const written = await timesOf(writer, path);
    await settled(writer);
    const read = await timesOf(reader, path);
    for (const name of ['age', 'maxAge', 'ttl'] as const)
      expect(Math.abs(read[name] - written[name])).toBeLessThanOrEqual(2);
    expect(read.maxAge).toBeLessThanOrEqual(331);
  });
});

describe('a part that was stored by a clock that was ahead', () => {
  it('is due, however long its times say that it is fresh (W4)', async () => {
    const reader = await startAhead(0);
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    // A process that never agreed on the time, as Redis did not let it.
    const ahead = await startAhead(0);
    ahead.clock.run();
    ahead.clock.agreeOn(ahead.clock.now() + 120 * MINUTE_MS);
    ahead.clock.stop();
    await ahead.http.get(customer.path).expect(200);
    await settled(ahead);
    const { headers } = await reader.http.get(customer.path).expect(200);
    expect(headers['cache-status']).not.toMatch(/; hit; ttl=\d+; detail=redis$/);
    await settled(reader);
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2 });
    const { ttl } = await timesOf(reader, customer.path);
    expect(ttl).toBeLessThanOrEqual(331);
  });
});

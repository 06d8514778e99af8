import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from '../../src/resilience/token-bucket.ts';

describe('a token bucket', () => {
  it('of 100 at 50 a second gives exactly 100 at once, and the next one 20 ms later', () => {
    const bucket = new TokenBucket(50, 100);
    expect([bucket.waitMs(100, 0), bucket.waitMs(101, 0)]).toEqual([0, Infinity]);
    let given = 0;
    while (bucket.waitMs(1, 0) === 0) {
      bucket.take(1, 0);
      given += 1;
    }
    expect(given).toBe(100);
    expect(bucket.waitMs(1, 0)).toBeCloseTo(20);
    expect(bucket.waitMs(1, 20)).toBe(0);
    expect(bucket.waitMs(101, 1e9)).toBe(Infinity);
  });

  it('never gives more than rate × time + burst, however it is asked; asking for what is not there costs nothing', () => {
    const asks = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 3000 }), tokens: fc.integer({ min: 1, max: 20 }) }), { maxLength: 200 }); // prettier-ignore
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 20 }), asks, (perSecond, burst, all) => {
        const bucket = new TokenBucket(perSecond, burst);
        const given: { at: number; tokens: number }[] = [];
        let now = 1000;
        for (const { afterMs, tokens } of all) {
          now += afterMs;
          const before = bucket.left(now);
          const waitMs = bucket.waitMs(tokens, now);
          expect(bucket.left(now)).toBe(before);
          if (waitMs > 0) continue;
          bucket.take(tokens, now);
          given.push({ at: now, tokens });
        }
        for (const [first, { at: from }] of given.entries()) {
          let sum = 0;
          for (const { at, tokens } of given.slice(first)) {
            sum += tokens;
            expect(sum).toBeLessThanOrEqual(((at - from) * perSecond) / 1000 + burst + 1e-6);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('that others have taken too much from gives nothing until it has come back', () => {
    const bucket = new TokenBucket(10, 5);
    bucket.take(8, 0);
    expect(bucket.left(0)).toBeCloseTo(-3);
    expect(bucket.waitMs(1, 0)).toBeCloseTo(400);
  });
});

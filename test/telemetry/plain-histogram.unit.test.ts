import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { PlainHistogram } from '../../src/telemetry/plain-histogram.ts';

const BOUNDS = [0.1, 1, 10];
const observations = fc.array(fc.tuple(fc.constantFrom('a', 'b"\\'), fc.double({ min: 0, max: 20, noNaN: true })));

describe('a histogram in plain numbers', () => {
  it('reads as a histogram of prom-client does, for any values', async () => {
    await fc.assert(
      fc.asyncProperty(observations, async (observed) => {
        const [one, other] = [new Registry(), new Registry()];
        const plain = new PlainHistogram<'route'>('x_seconds', 'Seconds.', ['route'], BOUNDS, one);
        const usual = new Histogram({ name: 'x_seconds', help: 'Seconds.', buckets: BOUNDS, labelNames: ['route'], registers: [other] }); // prettier-ignore
        const series = new Map<string, { observe(value: number): void }>();
        for (const [route, value] of observed) {
          if (!series.has(route)) series.set(route, plain.series({ route }));
          series.get(route)?.observe(value);
          usual.observe({ route }, value);
        }
        expect(await one.metrics()).toBe(await other.metrics());
      }),
    );
  });
});

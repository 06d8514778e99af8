import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RollingCount } from '../../src/resilience/rolling-count.ts';

const WINDOW_MS = 1000;
const BUCKET_MS = 100;

describe('a rolling count', () => {
  it('counts everything of its window and nothing older than a bucket more, in any order of moments', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 100 }), (gaps) => {
        const count = new RollingCount(WINDOW_MS);
        const moments: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          count.add(now);
          moments.push(now);
          const within = (ms: number): number => moments.filter((moment) => now - moment < ms).length;
          expect(count.total(now)).toBeGreaterThanOrEqual(within(WINDOW_MS));
          expect(count.total(now)).toBeLessThanOrEqual(within(WINDOW_MS + BUCKET_MS));
        }
      }),
    );
  });

  it('says when the next of it no longer counts', () => {
    const count = new RollingCount(WINDOW_MS);
    expect(count.nextDropMs(0)).toBe(0);
    count.add(50);
    count.add(500);
    const dropMs = count.nextDropMs(600);
    expect(count.total(600 + dropMs - 1)).toBe(2);
    expect(count.total(600 + dropMs)).toBe(1);
  });

  it('no longer counts a call that was taken back, in its own bucket', () => {
    const count = new RollingCount(WINDOW_MS);
    const takeFirstBack = count.add(0);
    const takeSecondBack = count.add(WINDOW_MS / 2);
    count.add(WINDOW_MS / 2);
    takeFirstBack();
    expect(count.nextDropMs(WINDOW_MS)).toBeGreaterThan(WINDOW_MS / 2);
    takeSecondBack();
    expect(count.total(WINDOW_MS)).toBe(1);
  });

  it('begins another bucket as soon as one is full', () => {
    const count = new RollingCount(WINDOW_MS);
    count.add(0);
    count.add(BUCKET_MS);
    expect(count.total(WINDOW_MS + BUCKET_MS)).toBe(1);
  });
});

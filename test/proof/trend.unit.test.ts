import { describe, expect, it } from '@jest/globals';
import { isFlat, trendOf, windowed } from './trend.ts';

const NOISE = [3, -2, 1, -3, 2, 0, -1, 3, -3, 1];
const noisy = (perWindow: number): readonly number[] => NOISE.map((noise, index) => 100 + noise + perWindow * index);

describe('a trend', () => {
  it('of a straight line has no noise', () => {
    expect(trendOf([10, 12, 14, 16])).toEqual({ values: [10, 12, 14, 16], mean: 13, growth: 6, noise: 0 });
  });

  it('is flat within its noise and a fiftieth of the mean', () => {
    expect(isFlat(trendOf(noisy(0)))).toBe(true);
    expect(isFlat(trendOf(noisy(0.8)))).toBe(true);
    expect(isFlat({ values: [], mean: 100, growth: 5, noise: 3 })).toBe(true);
    expect(isFlat({ values: [], mean: 100, growth: 5.1, noise: 3 })).toBe(false);
  });

  it('is not flat when it grows by more, and flat when it falls', () => {
    expect(isFlat(trendOf(noisy(2)))).toBe(false);
    expect(isFlat(trendOf(noisy(-5)))).toBe(true);
  });
});

it('values fall into windows of the same length, each of them into one', () => {
  expect(windowed([1, 2, 3, 4, 5], 2, (window) => Math.max(...window))).toEqual([2, 5]);
});

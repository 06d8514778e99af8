/** How a quantity went over a time. */
export interface Trend {
  /** Of each window. */
  readonly values: readonly number[];
  readonly mean: number;
  /** By how much it has grown from the first window to the last, as a straight line through their values. */
  readonly growth: number;
  /** How far the values lie from the line, from the lowest to the highest. */
  readonly noise: number;
}

/** So much of the mean counts as nothing, beside the noise. */
const TOLERANCE = 0.02;

/** @param values one for each window of the same length, at least two */
export function trendOf(values: readonly number[]): Trend {
  const last = values.length - 1;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const perWindow = slope(values);
  const rest = values.map((value, index) => value - mean - perWindow * (index - last / 2));
  return { values, mean, growth: perWindow * last, noise: Math.max(...rest) - Math.min(...rest) };
}

/** By how much values grow from one to the next, by least squares. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const sum = (one: (distance: number, value: number) => number): number =>
    values.reduce((total, value, index) => total + one(index - middle, value), 0);
  return sum((distance, value) => distance * value) / sum((distance) => distance ** 2);
}

/** Whether it has not grown by more than the noise and a fiftieth of the mean. */
export function isFlat({ mean, growth, noise }: Trend): boolean {
  return growth <= noise + TOLERANCE * mean;
}

/** Values at times, put into windows of the same length; each becomes one value. */
export function windowed(
  values: readonly number[],
  windows: number,
  one: (window: readonly number[]) => number,
): readonly number[] {
  return Array.from({ length: windows }, (_, index) =>
    one(
      values.slice(Math.floor((index * values.length) / windows), Math.floor(((index + 1) * values.length) / windows)),
    ),
  );
}

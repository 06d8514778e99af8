import { describe, expect, it } from '@jest/globals';
import {
  AT_END,
  currentRound,
  isDue,
  NOTHING_COUNTED,
  ofThePast,
  progressOf,
  readPosition,
  type SweepPosition,
} from '../../src/profile-sweep/sweep-position.ts';

const NOW = 1_800_000_000_000;
const position = (more: Partial<SweepPosition> = {}): SweepPosition => ({
  startedAt: NOW,
  endedAt: null,
  previousEndedAt: null,
  counts: { refreshed: 1, fresh: 2, failed: 3, absent: 4 },
  cursors: { run: '17', other: AT_END },
  ...more,
});
const withCursor = (cursor: unknown): unknown => ({ ...position(), cursors: { run: cursor } });

describe('a stored position', () => {
  it.each([
    position(),
    position({ endedAt: NOW + 1, previousEndedAt: NOW - 1, cursors: {} }),
    position({ cursors: { run: '18446744073709551615' } }),
    position({ counts: NOTHING_COUNTED }),
  ])('is read: %j', (value) => {
    expect(readPosition(JSON.stringify(value))).toStrictEqual(value);
  });

  it.each<unknown>([
    null,
    7,
    [],
    {},
    { ...position(), counts: null },
    { ...position(), cursors: null },
    { ...position(), cursors: ['17'] },
    { ...position(), startedAt: '1' },
    { ...position(), startedAt: null },
    { ...position(), endedAt: '1' },
    { ...position(), endedAt: undefined },
    { ...position(), previousEndedAt: '1' },
    { ...position(), previousEndedAt: undefined },
    { ...position(), counts: { ...NOTHING_COUNTED, refreshed: 1.5 } },
    { ...position(), counts: { ...NOTHING_COUNTED, absent: undefined } },
    { ...position(), counts: { refreshed: 1 } },
    ...['', '-1', '1e3', '184467440737095516150', 'ending', 'the end', 'x1', '1x', 7, null].map(withCursor),
    { ...position(), cursors: { run: '17', other: 'x' } },
  ])('is none: %j', (value) => {
    expect(readPosition(JSON.stringify(value))).toBeNull();
  });

  it.each([null, '', '{', 'end'])('is none in the text %j', (text) => {
    expect(readPosition(text)).toBeNull();
  });

  it('is none when it is from the future', () => {
    expect(ofThePast(null, NOW)).toBeNull();
    expect(ofThePast(position({ startedAt: NOW + 1000 }), NOW)).toStrictEqual(position({ startedAt: NOW + 1000 }));
    expect(ofThePast(position({ startedAt: NOW + 1001 }), NOW)).toBeNull();
  });
});

describe('a round', () => {
  it('is due when there was none, while it goes on, and an interval after its begin', () => {
    expect(isDue(null, 100, NOW)).toBe(true);
    expect(isDue(position(), 100, NOW)).toBe(true);
    expect(isDue(position({ endedAt: NOW + 1 }), 100, NOW + 99)).toBe(false);
    expect(isDue(position({ endedAt: NOW + 1 }), 100, NOW + 100)).toBe(true);
  });

  it('goes on, or a new one begins', () => {
    const fresh = { startedAt: NOW + 7, endedAt: null, previousEndedAt: null, counts: NOTHING_COUNTED, cursors: {} };
    expect(currentRound(position(), NOW + 7)).toStrictEqual(position());
    expect(currentRound(null, NOW + 7)).toStrictEqual(fresh);
    expect(currentRound(position({ endedAt: NOW + 5 }), NOW + 7)).toStrictEqual({ ...fresh, previousEndedAt: NOW + 5 });
  });

  it.each<readonly [SweepPosition['cursors'], number]>([
    [{}, 0],
    [{ run: '0' }, 0],
    [{ run: '1' }, 0.5],
    [{ run: '2' }, 0.25],
    [{ run: '3' }, 0.75],
    [{ run: '6' }, 0.375],
    [{ run: AT_END }, 1],
    [{ run: AT_END, other: '1' }, 0.75],
  ])('with the cursors %j has done %d of its work', (cursors, share) => {
    expect(progressOf(position({ cursors }))).toBe(share);
    expect(progressOf(position({ cursors, endedAt: NOW }))).toBe(1);
  });
});

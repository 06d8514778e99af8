import { describe, expect, it } from '@jest/globals';
import {
  beginningOf,
  changesGone,
  cursorOf,
  type FeedPosition,
  isGone,
  positionOf,
} from '../../src/customer-changes/change-cursor.ts';
import { HOLE } from '../../src/customer-changes/feed/feed-scripts.ts';

const EPOCH = 'Ab3-_xyz0129';
const cursor = (text: string): string => Buffer.from(text).toString('base64url');
const position = (more: Partial<FeedPosition> = {}): FeedPosition => ({
  epoch: EPOCH,
  sequence: 20,
  check: '0123abcd',
  ...more,
});
/** A feed with the events 11 to 30. */
const state = { epoch: EPOCH, trimmed: 10, sequence: 30, check: '0123abcd' };

describe('a cursor of the feed', () => {
  it.each([
    ['with a check', `${EPOCH}.20.0123abcd`, position()],
    ['without one', `${EPOCH}.0.`, position({ sequence: 0, check: '' })],
    ['with fifteen digits', `${EPOCH}.123456789012345.`, position({ sequence: 123_456_789_012_345, check: '' })],
  ])('%s is read, and written again', (_title, text, expected) => {
    expect(positionOf(cursor(text))).toStrictEqual(expected);
    expect(cursorOf(expected)).toBe(cursor(text));
  });

  it.each([
    ['nothing', ''],
    ['a short epoch', 'Ab3-_xyz012.20.'],
    ['a long epoch', `x${EPOCH}.20.`],
    ['another character in the epoch', 'Ab3-_xyz012!.20.'],
    ['no number', `${EPOCH}..`],
    ['a number below zero', `${EPOCH}.-1.`],
    ['sixteen digits', `${EPOCH}.1234567890123456.`],
    ['letters in the number', `${EPOCH}.2x.`],
    ['no second full stop', `${EPOCH}.20`],
    ['another separator', `${EPOCH}x20x0123abcd`],
    ['another second separator', `${EPOCH}.20x0123abcd`],
    ['a short check', `${EPOCH}.20.0123abc`],
    ['a long check', `${EPOCH}.20.0123abcde`],
    ['capitals in the check', `${EPOCH}.20.0123ABCD`],
    ['a letter beyond f in the check', `${EPOCH}.20.0123abcg`],
    ['a line before it', `\n${EPOCH}.20.0123abcd`],
    ['a line after it', `${EPOCH}.20.0123abcd\n`],
  ])('with %s is none', (_title, text) => {
    expect(positionOf(cursor(text))).toBeNull();
  });
});

describe('events after a position', () => {
  it.each([
    ['of another epoch', position({ epoch: 'another-epoc' }), HOLE, true],
    ['before the oldest that is stored', position({ sequence: 9 }), HOLE, true],
    ['from the oldest on', position({ sequence: 10 }), HOLE, false],
    ['from the last one on', position({ sequence: 30 }), '0123abcd', false],
    ['that is not reached yet', position({ sequence: 31 }), HOLE, true],
    ['with the same event', position(), '0123abcd', false],
    ['with another event', position(), 'ffffffff', true],
    ['with an event that was erased since', position(), HOLE, false],
    ['with an event that was erased before', position({ check: HOLE }), HOLE, false],
    ['with an event in the place of one that was erased', position({ check: HOLE }), 'ffffffff', true],
    ['without a check', position({ check: '' }), 'ffffffff', false],
  ])('%s', (_title, after, checkAt, gone) => {
    expect(isGone(after, { state, checkAt })).toBe(gone);
  });

  it('that are gone begin again at the oldest stored one', () => {
    expect(beginningOf(state)).toStrictEqual({ epoch: EPOCH, sequence: 10, check: '' });
    const problem = changesGone(state);
    expect(problem.code).toBe('changes_gone');
    expect(problem.message).toMatch(/Continue from beginAt/);
    expect(problem.more.extensions).toStrictEqual({ beginAt: cursor(`${EPOCH}.10.`) });
  });
});

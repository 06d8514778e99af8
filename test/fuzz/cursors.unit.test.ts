import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cursorOf, positionOf } from '../../src/customer-changes/change-cursor.ts';
import { afterCursor, cursorAfter } from '../../src/customer-links/bulk/link-cursor.ts';
import { anyUnicode } from '../support/any-unicode.ts';
import { fuzz, LIMIT_MS } from './fuzz.ts';

const anyText = fc.oneof(
  anyUnicode(),
  fc.string().map((text) => Buffer.from(text).toString('base64url')),
  fc.tuple(fc.string({ minLength: 12, maxLength: 12 }), fc.bigInt(), fc.string()).map((parts) => Buffer.from(parts.join('.')).toString('base64url')),
); // prettier-ignore

it(
  'any text is a cursor of the feed or none; one that is read is a place that can be written again',
  async () => {
    await fuzz(
      anyText,
      (text) => {
        const position = positionOf(text);
        if (position === null) return;
        expect(Number.isSafeInteger(position.sequence) && position.sequence >= 0).toBe(true);
        expect(positionOf(cursorOf(position))).toEqual(position);
      },
      { inputs: 3000, saved: ['', '.', Buffer.from('abcdefghijkl.000000000000001.').toString('base64url')] },
    );
  },
  LIMIT_MS,
);

it(
  'a cursor of the list of links is read for any text, and gives back the id of which it was made',
  async () => {
    await fuzz(
      anyText,
      (text) => {
        expect(typeof afterCursor(text)).toBe('string');
        if (text.isWellFormed()) expect(afterCursor(cursorAfter(text))).toBe(text);
      },
      { inputs: 3000, saved: ['\u0000', 'ü', '='] },
    );
  },
  LIMIT_MS,
);

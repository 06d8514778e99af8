import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson, text } from '../../src/json/json.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Such an integer may stand for another one. */
function hasUnsafeInteger(json: string): boolean {
  let has = false;
  JSON.parse(json, (_key, value: unknown) => {
    has ||= Number.isInteger(value) && !Number.isSafeInteger(value);
    return value;
  });
  return has;
}

describe('parsing what an upstream sent', () => {
  it('gives every JSON value as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__') && !text.includes('constructor') && !/\de[+-]?\d/.test(text));
        fc.pre(!hasUnsafeInteger(text));
        expect(parseJson(bytes(text))).toStrictEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    '{"a":1,"__proto__":{"polluted":1}}',
    '{"a":1,"constructor":{"prototype":{"polluted":1}}}',
    '{"a":1,"\\u005f_proto__":{"polluted":1}}',
    '{"a":1,"constr\\u0075ctor":{"prototype":{"polluted":1}}}',
  ])('drops what could change a prototype: %s', (text) => {
    const parsed = parseJson(bytes(text)) as object;
    expect(Object.entries(parsed)).toStrictEqual([['a', 1]]);
    expect(Object.getOwnPropertyNames(parsed)).toStrictEqual(['a']);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });

  it('drops it at any depth', () => {
    const parsed = parseJson(bytes('[{"b":{"__proto__":{"polluted":1},"c":2}}]')) as [{ b: object }];
    expect(Object.getOwnPropertyNames(parsed[0].b)).toStrictEqual(['c']);
  });

  it.each(['', ' ', '{', '{"a":1}}', '{"a":1', "{'a':1}", '<html>', 'NaN', '{"a":1,}'])(
    'gives undefined for %j, without an error that could quote it',
    (text) => {
      expect(parseJson(bytes(text))).toBeUndefined();
    },
  );

  it('gives undefined for bytes that are not UTF-8, and never throws', () => {
    expect(parseJson(Buffer.from([0x22, 0xff, 0xfe, 0x22]))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array(), (any) => {
        expect(() => parseJson(any)).not.toThrow();
      }),
    );
  });
});

describe('reading a text', () => {
  it.each([
    ['an empty one', ''],
    ['spaces', ' \t\r\n\u00a0\u2003\u3000\ufeff'],
    ['a zero-width space', '\u200b'],
    ['a word joiner', '\u2060'],
    ['a Hangul filler', '\u3164'],
    ['a half-width Hangul filler', '\uffa0'],
    ['a blank Braille pattern', '\u2800'],
    ['direction marks', '\u202a\u202c\u2066\u2069\u061c'],
    ['a soft hyphen', '\u00ad'],
    ['variation selectors', '\ufe0f\u{e0100}'],
    ['tags', '\u{e0041}\u{e007f}'],
    ['an object replacement', '\ufffc'],
    ['control characters', '\u0000\u007f\u0085'],
    ['half a surrogate pair', '\ud800'],
    ['several of these', ' \u200b\u3164\u2800 '],
  ])('of which a reader sees nothing gives null: %s (W10)', (_what, invisible) => {
    expect(text(invisible)).toBeNull();
    expect(text(`${invisible}A`)).toBe(`${invisible}A`);
  });

  it('gives any other text as it is, and a number’s digits', () => {
    for (const value of ['Acme', ' Acme\u200b ', '-', '™', '\u0301', '豊', '😀']) expect(text(value)).toBe(value);
    expect(text(12)).toBe('12');
    for (const value of [null, undefined, true, {}, [], NaN]) expect(text(value)).toBeNull();
  });
});

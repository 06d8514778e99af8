import { describe, expect, it } from '@jest/globals';
import { INEXACT_NUMBER } from '../../src/json/exact-number.ts';
import { flag, isEmpty, isObject, list, number, object, objects, text, texts } from '../../src/json/json.ts';

const NO_OBJECTS = [undefined, null, true, 7, 'text', [], [{}], () => ({ a: 1 })];
const EMPTY = [undefined, null, '', ' ', '\u200b'];
const NOT_EMPTY = ['a', 0, NaN, false, [], {}];

describe('a value of a body', () => {
  it('is an object when it has members by name', () => {
    for (const value of [{}, { a: 1 }]) {
      expect(isObject(value)).toBe(true);
      expect(object(value)).toBe(value);
    }
    for (const value of NO_OBJECTS) {
      expect(isObject(value)).toBe(false);
      expect(object(value)).toStrictEqual({});
    }
  });

  it('is empty when a reader would see nothing of it', () => {
    expect(EMPTY.map(isEmpty)).toStrictEqual(EMPTY.map(() => true));
    expect(NOT_EMPTY.map(isEmpty)).toStrictEqual(NOT_EMPTY.map(() => false));
  });

  it.each([
    [12, '12'],
    [-0.5, '-0.5'],
    ['12', '12'],
    [Infinity, null],
    [true, null],
    [[1], null],
    [{ a: 1 }, null],
  ])('%j is as a text %j', (value, read) => {
    expect(text(value)).toBe(read);
  });

  it.each([
    [12, 12],
    [' -0.5 ', -0.5],
    ['a', null],
    ['', null],
    [true, null],
    [null, null],
    [undefined, null],
    [[1], null],
    [{ a: 1 }, null],
  ])('%j is as a number %j', (value, read) => {
    expect(number(value)).toBe(read);
  });

  it.each([
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
    ['TRUE', null],
    ['', null],
    [1, null],
    [0, null],
    [null, null],
    [undefined, null],
  ])('%j is as a flag %j', (value, read) => {
    expect(flag(value)).toBe(read);
  });

  it.each<readonly [unknown, readonly unknown[]]>([
    [[], []],
    [
      [1, null],
      [1, null],
    ],
    ['a', ['a']],
    [0, [0]],
    [{}, [{}]],
    [null, []],
    [undefined, []],
    [' ', []],
  ])('%j is as a list %j', (value, read) => {
    expect(list(value)).toStrictEqual(read);
  });

  it('gives the objects of a list that say something', () => {
    expect(objects([{ a: 1 }, {}, null, 'a', [1], { b: null }])).toStrictEqual([{ a: 1 }, { b: null }]);
    expect(objects({ a: 1 })).toStrictEqual([{ a: 1 }]);
    expect(objects('a')).toStrictEqual([]);
  });

  it('gives the texts of a list', () => {
    expect(texts(['a', '', 7, null, {}, 'b'])).toStrictEqual(['a', '7', 'b']);
    expect(texts('a')).toStrictEqual(['a']);
    expect(() => texts([INEXACT_NUMBER])).toThrow('a number has too many digits');
  });
});

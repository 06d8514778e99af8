import { describe, expect, it } from '@jest/globals';
import { type Documented, type DriftFinding, findDrift } from '../../../src/upstream/drift/find-drift.ts';

const CODES: Documented = { values: new Set(['A', 'B']) };
const COUNTRY: Documented = { matches: /^[A-Z]{2}$/ };
const DAY: Documented = { reads: (value) => (value === 'never' ? null : value) };

/** The findings of an object whose one field `f` is documented so, and has this value. */
const found = (documented: Documented, value: unknown): readonly string[] => lines({ f: value }, { f: documented });
const lines = (body: unknown, fields: Readonly<Record<string, Documented>>): readonly string[] =>
  findDrift(body, { fields }).map(({ field, kind }) => `${kind} ${field}`);

describe('a field', () => {
  it.each<readonly [string, Documented, readonly unknown[], readonly unknown[]]>([
    ['a text', 'string', ['a'], [1, true, [], {}]],
    ['a flag', 'boolean', [true, false], ['true', 1]],
    ['a number', 'number', [0, 1.5], ['1', true]],
    ['a word of a list', CODES, ['A'], [1, ['A'], { A: 1 }]],
    ['a list', { list: 'string' }, [[], ['a', 'b']], ['a', { 0: 'a' }]],
    ['an object', { fields: {} }, [{}], ['a', 1, [], [{}]]],
    ['an object or a list of one', { fields: {}, orListOfOne: true }, [{}, [], [{}]], ['a', 1, [{}, {}]]],
    ['an object or a word', { fields: {}, orText: new Set(['A']) }, [{}, 'A'], [1, ['A']]],
    ['anything', 'anything', ['a', 1, [], {}, { a: { b: 1 } }], []],
  ])('that is %s may have no other type', (_title, documented, right, wrong) => {
    for (const value of right) expect([value, found(documented, value)]).toStrictEqual([value, []]);
    for (const value of wrong) expect([value, found(documented, value)]).toStrictEqual([value, ['unexpected_type f']]);
  });

  it.each<readonly [string, Documented]>([
    ['text', 'string'],
    ['word', CODES],
    ['list', { list: 'string' }],
    ['object', { fields: {} }],
  ])('that is an empty %s is no drift', (_title, documented) => {
    for (const empty of [undefined, null, '', ' ', '\u200b']) expect(found(documented, empty)).toStrictEqual([]);
    expect(lines({}, { f: documented })).toStrictEqual([]);
  });

  it('may have a value that is not documented, or cannot be read', () => {
    expect(found(CODES, 'C')).toStrictEqual(['unknown_value f']);
    expect(found(COUNTRY, 'DK')).toStrictEqual([]);
    expect(found(COUNTRY, 'dk')).toStrictEqual(['unknown_value f']);
    expect(found(DAY, 'today')).toStrictEqual([]);
    expect(found(DAY, 'never')).toStrictEqual(['unreadable_value f']);
    expect(found({ fields: {}, orText: new Set(['A']) }, 'B')).toStrictEqual(['unknown_value f']);
  });

  it('may be unknown, also one that every object inherits', () => {
    expect(lines({ g: 1, f: 'a', constructor: 1 }, { f: 'string' })).toStrictEqual([
      'unknown_field g',
      'unknown_field constructor',
    ]);
    expect(lines({ o: { g: null } }, { o: { fields: {} } })).toStrictEqual(['unknown_field o.g']);
  });

  it('in an object, or in a list of objects, is named by its path without places', () => {
    const inner: Documented = { fields: { c: 'string' } };
    expect(lines({ o: { c: 1 } }, { o: inner })).toStrictEqual(['unexpected_type o.c']);
    const items = [{ c: 1 }, { c: 'a', d: 1 }, { c: 2 }, null, 7];
    expect(lines({ l: items }, { l: { list: inner } })).toStrictEqual([
      'unexpected_type l.c',
      'unknown_field l.d',
      'unexpected_type l',
    ]);
    const one: Documented = { fields: { c: 'string' }, orListOfOne: true };
    expect(lines({ o: [{ c: 1 }] }, { o: one })).toStrictEqual(['unexpected_type o.c']);
    expect(lines({ o: [[{ c: 1 }]] }, { o: one })).toStrictEqual(['unexpected_type o']);
  });
});

describe('an object that needs a field', () => {
  const needy: Documented = { fields: { type: 'string' }, needs: 'type' };

  it.each([{}, { type: null }, { type: '' }])('cannot be read without it: %j', (value) => {
    expect(found(needy, value)).toStrictEqual(['unreadable_value f']);
    expect(found({ list: needy }, [value])).toStrictEqual(['unreadable_value f']);
  });

  it('can be read with it, and is as an item of a list never empty', () => {
    expect(found(needy, { type: 'a' })).toStrictEqual([]);
    expect(found(needy, null)).toStrictEqual([]);
    expect(found({ list: needy }, [{ type: 'a' }, null])).toStrictEqual(['unreadable_value f']);
    expect(found({ list: needy }, [''])).toStrictEqual(['unreadable_value f']);
    expect(found({ list: 'string' }, [''])).toStrictEqual([]);
    expect(found({ list: { fields: {} } }, [null])).toStrictEqual([]);
  });

  it('is named by its own path', () => {
    expect(findDrift({}, { fields: {}, needs: 'id' })).toStrictEqual([{ field: '', kind: 'unreadable_value' }]);
  });
});

describe('a body', () => {
  it.each([null, undefined, 'a', 7, [], [{ g: 1 }]])('that is no object has no drift: %j', (body) => {
    expect(findDrift(body, { fields: { f: 'string' } })).toStrictEqual([]);
  });

  it('of any size costs a bounded amount of work', () => {
    const many = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_one, at) => [`g${at}`, 1]));
    const count = (findings: readonly DriftFinding[]): number => findings.length;
    expect(count(findDrift(many(200), { fields: {} }))).toBe(200);
    expect(count(findDrift(many(201), { fields: {} }))).toBe(200);
    const items = (length: number): object => ({ l: Array.from({ length }, (_one, at) => ({ [`g${at}`]: 1 })) });
    const list: Documented = { list: { fields: {} } };
    expect(count(findDrift(items(100), { fields: { l: list } }))).toBe(100);
    expect(count(findDrift(items(101), { fields: { l: list } }))).toBe(100);
    const names = Array.from({ length: 6 }, (_one, at) => `o${at}`);
    const all = Object.fromEntries(names.map((name) => [name, many(200)]));
    const fields = Object.fromEntries(names.map((name) => [name, { fields: {} }]));
    const findings = findDrift(all, { fields });
    expect(count(findings)).toBe(1000);
    expect(findings.at(-1)).toStrictEqual({ field: 'o4.g199', kind: 'unknown_field' });
  });
});

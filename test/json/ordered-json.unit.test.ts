import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OrderedJson } from '../../src/json/ordered-json.ts';

const textOf = (value: unknown): string => new OrderedJson().textOf(value);

const shuffled = (value: unknown, reverse: boolean): unknown => {
  if (Array.isArray(value)) {
    const items = value.map((item) => shuffled(item, reverse));
    return reverse ? items.toReversed() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, shuffled(member, reverse)] as const);
  return Object.fromEntries(reverse ? members.toReversed() : members);
};

it('writes values that differ in order alone as one text, which is JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = textOf(value);
      expect(textOf(shuffled(value, true))).toBe(text);
      expect(textOf(JSON.parse(text))).toBe(text);
    }),
  );
});

it('writes other values as other texts', () => {
  const texts = [null, {}, [], [[]], [null], { a: 1 }, { a: [1] }, { a: [1, 1] }, { a: '1' }, { b: 1 }, 'a', ['a']].map(
    textOf,
  );
  expect(new Set(texts).size).toBe(texts.length);
  expect(textOf({ b: [3, { d: undefined, c: 'é' }, 1], a: undefined })).toBe('{"b":[1,3,{"c":"é"}]}');
});

it('writes a list that is part of several values once', () => {
  let reads = 0;
  const item = {
    get name() {
      reads += 1;
      return 'Fairmont';
    },
  };
  const list = [item];
  const json = new OrderedJson();
  expect(json.textOf({ account: list })).toBe('{"account":[{"name":"Fairmont"}]}');
  expect(json.textOf([list, list])).toBe('[[{"name":"Fairmont"}],[{"name":"Fairmont"}]]');
  expect(reads).toBe(1);
});

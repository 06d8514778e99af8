import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isBlank,
  normalisePhoneNumber,
  normaliseText,
  sameAddress,
  samePhoneNumber,
} from '../../../src/profile-merge/matching/normalise.ts';

describe('texts', () => {
  it.each([
    ['case', 'Osprey Logistics', 'OSPREY LOGISTICS'],
    ['the case of a final sigma', 'ΟΔΟΣ', 'οδος'],
    ['the case of ẞ', 'GROẞMANN', 'Großmann'],
    ['the case of a Turkish i', 'İzmir', 'izmir'],
    ['spacing', ' Osprey\u00a0 Logistics\t\r\n', 'Osprey Logistics'],
    ['control characters', 'Osprey\u0000Logistics', 'Osprey Logistics'],
    ['Unicode form', 'Cafe\u0301 No\u0308rd', 'Caf\u00e9 N\u00f6rd'],
    ['width', 'ＡＣＭＥ', 'Acme'],
    ['compatibility', '№ ﬁve', 'no five'],
    ['zero-width characters', 'Os\u200bprey\ufeff Logis\u00adtics', 'Osprey Logistics'],
    ['direction marks', '\u202bOsprey\u202c Logistics\u200f', 'Osprey Logistics'],
    ['an invisible character between a letter and its accent', 'Cafe\u200b\u0301', 'Café'],
    ['dashes', 'Osprey–Logistics — one', 'Osprey-Logistics - one'],
    ['wave dashes (C11)', '東京\uff5e大阪', '東京\u301c大阪'],
    ['apostrophes', 'O’Hara ´s', "O'Hara 's"],
    ['accents in the place of apostrophes', 'O`Hara O｀Hara O\u1fefHara O\u1ffdHara', "O'Hara O'Hara O'Hara O'Hara"],
    ['quotes', '“Osprey” «Osprey» ‹Osprey› 《Osprey》', '"Osprey" "Osprey" \'Osprey\' "Osprey"'],
    ['trade mark signs (W8)', 'Osprey™ Logistics® ℠ ©', 'Osprey Logistics'],
    ['blank Braille patterns and other fillers (W10)', 'Os\u3164prey\u2800Logistics\ufffc', 'Osprey Logistics'],
    ['Hebrew marks (C11)', 'בע״מ צ׳יפס', 'בע"מ צ\'יפס'],
    ['fractions (C11)', '½ Preis', '1/2 Preis'],
  ])('are the same with any %s', (_what, one, other) => {
    expect(normaliseText(one)).toBe(normaliseText(other));
  });

  it.each([
    ['an accent', 'Café', 'Cafe'],
    ['a letter that has another one’s capital (W6)', 'Weiß', 'Weiss'],
    ['a letter without its dot (W6)', 'Kıl', 'Kil'],
    ['a fraction after a number (C11)', '1½ Preis', '11/2 Preis'],
    ['a raised digit after a number (C11)', 'Studio 2²', 'Studio 22'],
  ])('that differ in %s are different', (_what, one, other) => {
    expect(normaliseText(one)).not.toBe(normaliseText(other));
  });

  it('are the same with any quote or dash that Unicode has (C11)', () => {
    const told: string[] = [];
    for (let code = 0; code < 0x30000; code += 1) {
      const character = String.fromCodePoint(code);
      const [isQuote, isDash] = [/\p{Quotation_Mark}/u.test(character), /\p{Dash}/u.test(character)];
      if (isQuote && normaliseText(`O${character}Hara`) !== normaliseText("O'Hara")) told.push(character);
      if (isDash && normaliseText(`Tern${character}Sea`) !== normaliseText('Tern-Sea')) told.push(character);
    }
    expect(told).toStrictEqual([]);
  });

  it('that Unicode calls ignorable are blank (W10)', () => {
    const seen: string[] = [];
    for (let code = 0; code < 0x110000; code += 1) {
      const character = String.fromCodePoint(code);
      const isInvisible = /[\p{Default_Ignorable_Code_Point}\s\p{Cc}\u2800\ufff9-\ufffc]/u.test(character);
      if (isInvisible !== isBlank(character) && !/\p{Cs}|𝅙|𖿤/u.test(character)) seen.push(code.toString(16));
    }
    expect(seen).toStrictEqual([]);
  });

  it('do not change when normalised again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(normaliseText(normaliseText(text))).toBe(normaliseText(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('do not change when normalised again, with any single character in them', () => {
    const unstable: string[] = [];
    for (let code = 0; code < 0x30000; code += 1) {
      const character = String.fromCodePoint(code);
      const text = `${character}A${character}\u0307'${character}`;
      const normal = normaliseText(text);
      if (normaliseText(normal) !== normal) unstable.push(code.toString(16));
    }
    expect(unstable).toEqual([]);
  });

  it('are normalised in linear time', () => {
    expect(normaliseText(`A${' '.repeat(1_000_000)}B`)).toBe('a b');
  });
});

it.each([
  ['é\u2019\u2019x', "é'x"],
  ['Νίκος', 'νίκοσ'],
])('%j is normalised to %j', (text, normalised) => {
  expect(normaliseText(text)).toBe(normalised);
});

describe('phone numbers', () => {
  it.each([
    ['+1 (503) 555', '+1503555'],
    ['1 (503) 555', '1503555'],
    ['(0044) 20', '+4420'],
    ['503 2001234', '5032001234'],
    ['503 (0)20', '503020'],
    ['+44 (0)20', '+4420'],
  ])('%j is %j', (text, normalised) => {
    expect(normalisePhoneNumber(text)).toBe(normalised);
  });

  it.each([
    ['(503) 555-0115', '503.555.0115'],
    ['+1 503 555 0115', '+15035550115'],
    ['0044 20 7946 0958', '+44 20 7946 0958'],
    ['+44 (0)20 7946 0958', '+44 20 7946 0958'],
    ['(+49) 30 123456', '+49 30 123456'],
    ['1-800-flowers', '1 800 FLOWERS'],
    ['５０３ 555‑0115', '503 555 0115'],
  ])('%j and %j are the same', (one, other) => {
    expect(samePhoneNumber(one, other)).toBe(true);
  });

  it.each([
    ['503-555-0115', '503-555-0116'],
    ['+1 503 555 0115', '503 555 0115'],
    ['020 7946 0958', '20 7946 0958'],
    ['503 555 0115', '503 555 0115 ext. 12'],
    ['1-800-FLOWERS', '1-800-TICKETS'],
    ['---', '()'],
  ])('%j and %j are not', (one, other) => {
    expect(samePhoneNumber(one, other)).toBe(false);
  });
});

it('addresses are the same when all their parts are, and a missing part equals an empty one', () => {
  const office = { country: 'US', region: 'OR', city: 'Portland', addressLine1: '14 Harbour Row', addressLine2: null, postalCode: '97201' }; // prettier-ignore
  expect(sameAddress(office, { ...office, city: ' PORTLAND', addressLine2: '' })).toBe(true);
  expect(sameAddress({ ...office, addressLine2: '' }, office)).toBe(true);
  for (const key of Object.keys(office)) expect(sameAddress(office, { ...office, [key]: 'other' })).toBe(false);
});

it('a text of more than 2,000 characters beyond ASCII is compared as it is, so that no text takes long', () => {
  const long = `É${'x'.repeat(2000)}`;
  expect(normaliseText(long)).toBe(long);
  expect(normaliseText(long.slice(1))).toBe(long.slice(1));
  expect(normaliseText(`É${'X'.repeat(1999)}`)).toBe(`é${'x'.repeat(1999)}`);
  expect(normaliseText('X'.repeat(3000))).toBe('x'.repeat(3000));
});

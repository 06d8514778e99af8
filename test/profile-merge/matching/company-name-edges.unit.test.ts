import { describe, expect, it } from '@jest/globals';
import { parseName, sameName } from '../../../src/profile-merge/matching/company-name.ts';
import { TRAILING_BESIDE_A_FORM } from '../../../src/profile-merge/matching/legal-forms-by-country.ts';

describe('company names', () => {
  it.each([
    // commas, trade mark signs in letters, quotes, and nothing but full stops
    ['Marlowe,Press', 'Marlowe Press'],
    ['Marlowe , Press', 'Marlowe Press'],
    ['Marlowe(TM) Press', 'Marlowe Press'],
    ['Marlowe Press (R)', 'Marlowe Press'],
    ['« Marlowe Press » Ltd', 'Marlowe Press'],
    ['...', '... (AGR-1234) Ltd'],
    // forms that differ from a word by their capitals
    ['Aurora SpA (AGR-1234)', 'Aurora S.p.A.'],
    ['Aurora SpA. Nord', 'Aurora S.p.A. Nord'],
    ['Aurora SpA Nord', 'Aurora S.p.A. Nord'],
    // in liquidation
    ['Nordwind eV i.L.', 'Nordwind e.V.'],
    ['Nordwind eG i. L.', 'Nordwind e.G.'],
    ['Nordwind GmbH i.L.', 'Nordwind GmbH'],
    ['Nordwind (in Liquidation)', 'Nordwind'],
    // a form in front, and a word behind that may be another one
    ['SAS Nordwind EV', 'Nordwind EV'],
    ['HB Lindgren HB', 'Lindgren'],
    // the same code twice
    ['Nordwind (AGR-1234) (AGR-1234)', 'Nordwind (AGR-1234) (XYZ-5678)'],
  ])('%j and %j can be one company', (one, other) => {
    expect(sameName(one, other)).toBe(true);
    expect(sameName(other, one)).toBe(true);
  });

  it.each([
    ['Marlowe and Company Press', 'Marlowe and Co Press'],
    ['Royal Day Spa Ltd', 'Royal Day Ltd'],
    ['Royal Day Spa Ltd', 'Royal Day Spa Inc'],
    ['Nordwind in Liquidation Trading', 'Nordwind Trading'],
    ['AB Foods plc', 'AB Foods GmbH'],
    ['Marlowe (Europe) Press', 'Marlowe Press'],
    ['Nordwind i.L.', 'Nordwind'],
  ])('%j and %j are two companies', (one, other) => {
    expect(sameName(one, other)).toBe(false);
    expect(sameName(other, one)).toBe(false);
  });

  it.each([
    ['ROSSI SPA', 'SPA'],
    ['ROSSI (Milano) SPA', 'SPA'],
    ['ROSSI [Milano] SPA', 'SPA'],
    ['Rossi SPA', 'spa'],
    ['Rossi (MILANO) SPA', 'spa'],
    // a bracket alone is no pair
    ['ROSSI (Milano SPA', 'spa'],
    ['Rossi) SPA', 'spa'],
  ])('%j has the word %j at its end, in capitals when the rest of it is', (name, word) => {
    expect(parseName(name).trailing).toBe(word);
  });

  it('are split into parts that are empty when they are missing', () => {
    expect(parseName('Royal Day Spa Ltd')).toStrictEqual({
      leading: '',
      stem: 'royal day spa',
      trailing: 'ltd',
      codes: [],
    });
    expect(parseName('Oy Kalliola (AGR-1234) Ab (XYZ-5678)')).toStrictEqual({
      leading: 'oy',
      stem: 'kalliola',
      trailing: 'ab',
      codes: ['xyz-5678', 'agr-1234'],
    });
  });

  it('have words at their end of which none ends with another, so that their order does not matter', () => {
    const words = ['spa', ...TRAILING_BESIDE_A_FORM.keys()];
    const pairs = words.flatMap((one) => words.map((other) => [one, other] as const));
    expect(pairs.filter(([one, other]) => one.endsWith(` ${other}`))).toStrictEqual([]);
  });
});

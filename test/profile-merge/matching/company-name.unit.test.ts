import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseName, sameName } from '../../../src/profile-merge/matching/company-name.ts';
import {
  LEADING_BESIDE_A_FORM,
  LEADING_SPELLINGS,
  LEGAL_FORMS,
  TRAILING_BESIDE_A_FORM,
} from '../../../src/profile-merge/matching/legal-forms-by-country.ts';

describe('company names', () => {
  it.each([
    // a partner's code
    ['Marlowe Press (AGR-1234)', 'Marlowe Press'],
    ['Marlowe Press (agr-1234) ', 'marlowe press'],
    ['Marlowe Press (AGR-1234) (XY-1)', 'Marlowe Press'],
    ['Marlowe Press [CUST_0042]', 'Marlowe Press'],
    ['Marlowe Press（ＡＧＲ－１２３４）', 'Marlowe Press'],
    ['Marlowe Press (AGR1234)', 'Marlowe Press'],
    ['Marlowe Press (#4711)', 'Marlowe Press'],
    ['Marlowe Press (ID: 47)', 'Marlowe Press'],
    ['Marlowe Press (P1005229864)', 'Marlowe Press'],
    ['Marlowe Press (AGR-2024-001)', 'Marlowe Press'],
    ['Marlowe Press (AGR-1234) Ltd', 'Marlowe Press Ltd'],
    ['Marlowe Press Ltd. (AGR-1234)', 'Marlowe Press'],
    // legal forms
    ['Fairmont Inc', 'Fairmont, Inc.'],
    ['Fairmont Inc', 'Fairmont Incorporated'],
    ['Fairmont Corp.', 'Fairmont Corporation'],
    ['Fairmont', 'FAIRMONT LLC'],
    ['Fairmont Ltd', 'Fairmont Limited'],
    ['Fairmont Pty Ltd', 'Fairmont (Pty) Ltd.'],
    ['Fairmont Co., Ltd.', 'Fairmont Ltd'],
    ['Fairmont PLC', 'Fairmont p.l.c.'],
    ['Fairmont', 'Fairmont GmbH'],
    ['Fairmont GmbH & Co. KG', 'Fairmont GmbH und Co KG'.replace('und', 'and')],
    ['Fairmont AG', 'Fairmont Aktiengesellschaft'],
    ['Fairmont S.A.', 'Fairmont SA'],
    ['Fairmont SAS', 'Fairmont S.A.S.'],
    ['Fairmont B.V.', 'Fairmont BV'],
    ['Fairmont Oy', 'FAIRMONT'],
    ['Fairmont AB', 'Fairmont'],
    ['Fairmont S.p.A.', 'Fairmont'],
    ['Fairmont S. p. A.', 'Fairmont S.p.A.'],
    ['Fairmont d.o.o.', 'Fairmont DOO'],
    ['Fairmont Sp. z o.o.', 'Fairmont SP. Z O. O.'],
    ['Fairmont S.A. de C.V.', 'Fairmont SA de CV'],
    ['Halvorsen Boats', 'Halvorsen Boats AS'],
    ['Halvorsen Boats A/S', 'Halvorsen Boats AS'],
    ['Toyoda K.K.', 'Toyoda 株式会社'],
    ['株式会社豊田', '豊田株式会社'],
    ['㈱豊田', '豊田'],
    ['上海豊田有限公司', '上海豊田'],
    ['삼성 주식회사', '(주)삼성'],
    ['ООО «Ромашка»', 'Ромашка'],
    // and
    ['Tern & Daughters', 'Tern and Daughters'],
    ['AT&T', 'at & t'],
    ['Smith & Co. Ltd', 'Smith and Company'],
  ])('%j and %j can be one company', (one, other) => {
    expect(sameName(one, other)).toBe(true);
    expect(sameName(other, one)).toBe(true);
  });

  it.each([
    ['Fairmont', 'Fairmount'],
    ['Fairmont Inc.', 'Fairmont GmbH'],
    ['Fairmont Ltd', 'Fairmont LLC'],
    ['Fairmont (UK)', 'Fairmont (US)'],
    ['Fairmont (UK)', 'Fairmont'],
    ['Fairmont (No. 2) Limited', 'Fairmont Limited'],
    ['Fairmont (2019)', 'Fairmont'],
    ['Acme (2024-01)', 'Acme'],
    ['Fairmont (SPV-1)', 'Fairmont (SPV-2)'],
    ['Fairmont (#2)', 'Fairmont'],
    ['Fairmont (Fund 2019)', 'Fairmont'],
    ['Fairmont (B2B)', 'Fairmont'],
    ['Royal Day Spa', 'Royal Day'],
    ['Rivian EV', 'Rivian'],
    ['Tesco', 'Tes'],
    ['Smith & Co', 'Smith'],
    ['Smith & Co', 'Smith & Sons'],
    ['Plan A B', 'Plan'],
    ['Inc', 'Ltd'],
    ['. Ltd', '; Ltd'],
    ['(AGR-1234)', '(AGR-9999)'],
    ['Café Nord', 'Cafe Nord'],
  ])('%j and %j are two companies', (one, other) => {
    expect(sameName(one, other)).toBe(false);
    expect(sameName(other, one)).toBe(false);
  });

  it('are the same with a partner code and without', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        fc.pre(/[\p{L}\p{N}]/u.test(name));
        expect(sameName(name, name)).toBe(true);
        expect(sameName(name, `${name} (AGR-77)`)).toBe(true);
      }),
    );
  });

  it('are two with two different codes, and may lack a code that the other has (C5)', () => {
    const word = fc.constantFrom('HRB ', 'VAT-', 'ABN ', 'US-', 'AGR', 'Filiale-', 'CUST_', 'Compartment-', 'RCS ', 'ref ', '#');
    const code = fc.tuple(word, fc.integer({ min: 10_000, max: 99_999_999 })).map(([before, digits]) => `(${before}${digits})`);
    const form = fc.constantFrom('', ' GmbH', ' S.p.A.');
    fc.assert(
      fc.property(code, code, form, (one, other, legalForm) => {
        const spelledAlike = one.replace(/[^\da-z]/gi, '').toLowerCase() === other.replace(/[^\da-z]/gi, '').toLowerCase();
        expect(sameName(`Nordwind ${one}${legalForm}`, `Nordwind${legalForm} ${other}`)).toBe(spelledAlike);
        expect(sameName(`Nordwind ${one} ${other}`, `Nordwind ${other}`)).toBe(true);
        expect(sameName(`Nordwind${legalForm}`, `Nordwind${legalForm} ${other}`)).toBe(true);
      }),
    );
  }); // prettier-ignore

  it('are one with any two spellings of a legal form, and two with two forms of one country (W8)', () => {
    const wrong: string[] = [];
    const all = Object.values(LEGAL_FORMS).flatMap((forms) =>
      Object.values(forms).map((listed) => listed.split(' | ')),
    );
    const isOneElsewhere = (one: string, other: string): boolean =>
      all.some((spellings) => spellings.includes(one) && spellings.includes(other));
    for (const [country, forms] of Object.entries(LEGAL_FORMS)) {
      const spellings = Object.values(forms).map((listed) =>
        listed.split(' | ').filter((word) => !word.startsWith('^')),
      );
      for (const [index, ours] of spellings.entries())
        for (const one of ours) {
          const name = `Fairmont ${one}`;
          if (!sameName(name, 'Fairmont')) wrong.push(`${country}: ${one} is no form`);
          for (const other of ours)
            if (!sameName(name, `Fairmont ${other}`)) wrong.push(`${country}: ${one} ≠ ${other}`);
          for (const theirs of spellings.slice(index + 1))
            for (const other of theirs)
              if (
                !isOneElsewhere(one, other) &&
                !theirs.includes(one) &&
                !ours.includes(other) &&
                sameName(name, `Fairmont ${other}`)
              )
                wrong.push(`${country}: ${one} = ${other}`);
        }
    }
    expect(wrong).toStrictEqual([]);
  });

  it('are one with a legal form in front and behind, where that is a custom (W8)', () => {
    const wrong = LEADING_SPELLINGS.filter((form) => !sameName(`${form} Fairmont`, 'Fairmont'));
    expect(wrong).toStrictEqual([]);
    expect(sameName('GmbH Fairmont', 'Fairmont')).toBe(false);
    expect(sameName('AB Foods plc', 'Foods plc')).toBe(false);
  });

  it('are one with a full stop after the form in front, and without', () => {
    const forms = [...LEADING_SPELLINGS, ...LEADING_BESIDE_A_FORM].filter((form) => !form.endsWith('.'));
    expect(forms.filter((form) => !sameName(`${form}. Fairmont`, `${form} Fairmont`))).toStrictEqual([]);
  });

  it('have a form that is as often a word only beside a name with that form', () => {
    const pairs = [
      ...LEADING_BESIDE_A_FORM.map((form) => [`${form} Fairmont`, `Fairmont ${form}`] as const),
      ...[...TRAILING_BESIDE_A_FORM].map(([word, form]) => [`Fairmont ${word}`, `Fairmont ${form}`] as const),
    ];
    expect(pairs.filter(([one, other]) => !sameName(one, other) || !sameName(other, one))).toStrictEqual([]);
    expect(pairs.filter(([one]) => sameName(one, 'Fairmont') || sameName('Fairmont', one))).toStrictEqual([]);
  });

  it('without a word in them are one only as the same text', () => {
    for (const one of ['™', '®', '(AGR-1234)', '.', ';'])
      for (const other of ['™', '®', '(AGR-9999)', '.', ';']) expect(sameName(one, other)).toBe(one === other);
  });

  it('are compared in linear time', () => {
    expect(parseName('(AGR-1)'.repeat(100_000) + 'x').stem).toHaveLength(700_001);
    expect(parseName(`x${'(AGR-1)'.repeat(100_000)}`).stem).toBe('x');
    expect(parseName(`${'Ltd '.repeat(100_000)}x`).stem).toHaveLength(400_001);
    expect(parseName(`x${' .,;'.repeat(250_000)}`).stem).toBe('x');
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  emailDomain,
  normaliseName,
  sameAddress,
  sameEmail,
  sameName,
  samePhoneNumber,
} from '../../src/customer-profiles/normalise.ts';

describe('company names', () => {
  it.each([
    ['case', 'Osprey Logistics', 'OSPREY LOGISTICS'],
    ['spacing', ' Osprey\u00a0 Logistics\t', 'Osprey Logistics'],
    ['a partner’s decoration', 'Marlowe Press (AGR-1234)', 'Marlowe Press'],
    ['a decoration in small letters', 'Marlowe Press (agr-1234) ', 'marlowe press'],
    ['Unicode form', 'Cafe\u0301 No\u0308rd', 'Caf\u00e9 N\u00f6rd'],
    ['two decorations', 'Marlowe Press (AGR-1234) (XY-1)', 'Marlowe Press'],
    ['full-width letters', 'ＡＣＭＥ', 'Acme'],
  ])('differ in %s without telling companies apart', (_what, one, other) => {
    expect(sameName(one, other)).toBe(true);
  });

  it.each([
    ['Halvorsen Boats', 'Halvorsen Boats AS'],
    ['Acme (Europe)', 'Acme'],
    ['Acme (AGR-1234) Ltd', 'Acme Ltd'],
    ['Acme (2024-01)', 'Acme'],
    ['Fairmont', 'Fairmount'],
  ])('%j and %j are two companies', (one, other) => {
    expect(sameName(one, other)).toBe(false);
  });

  it('are normalised once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(normaliseName(normaliseName(name))).toBe(normaliseName(name));
        expect(sameName(name, `${name} (AGR-77)`)).toBe(true);
      }),
    );
  });

  it('are compared in time that grows with their length alone', () => {
    const long = `A${' '.repeat(1_000_000)}B`;
    expect(normaliseName(long)).toBe('a b');
    expect(normaliseName('(AGR-1)'.repeat(100_000) + 'x')).toHaveLength(700_001);
    expect(emailDomain(`a@${'.'.repeat(1_000_000)}@`)).toBeNull();
  });
});

it('e-mail addresses are the same in any case and with spaces around them', () => {
  expect(sameEmail('Mickey@Mouse.com ', 'mickey@mouse.COM')).toBe(true);
  expect(sameEmail('mickey@mouse.com', 'minnie@mouse.com')).toBe(false);
});

it('phone numbers are the same however their digits are grouped', () => {
  expect(samePhoneNumber('(503) 555-0115', '503.555.0115')).toBe(true);
  expect(samePhoneNumber('503-555-0115', '503-555-0116')).toBe(false);
});

it('addresses are the same when every part of them is, and nothing counts like an empty text', () => {
  const office = { country: 'US', region: 'OR', city: 'Portland', addressLine1: '14 Harbour Row', addressLine2: null, postalCode: '97201' }; // prettier-ignore
  expect(sameAddress(office, { ...office, city: ' PORTLAND', addressLine2: '' })).toBe(true);
  for (const key of Object.keys(office)) expect(sameAddress(office, { ...office, [key]: 'other' })).toBe(false);
});

it.each([
  ['billing@acme.com', 'acme.com'],
  [' Billing@ACME.Com ', 'acme.com'],
  ['two words@acme.com', null],
  ['a@b@acme.com', null],
  ['acme.com', null],
  ['billing@acme', null],
  ['@acme.com', null],
  ['', null],
])('the domain of %j is %j', (email, domain) => {
  expect(emailDomain(email)).toBe(domain);
});

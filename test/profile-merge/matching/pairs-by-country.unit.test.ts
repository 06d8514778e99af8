import { describe, expect, it } from '@jest/globals';
import { sameName } from '../../../src/profile-merge/matching/company-name.ts';
import { emailAddresses } from '../../../src/profile-merge/matching/email-address.ts';
import { companyDomain, sameOwner } from '../../../src/profile-merge/matching/email-domains.ts';
import { DOMAINS_BY_COUNTRY, NAMES_BY_COUNTRY } from './pairs-by-country.ts';

const own = (text: string): string[] => emailAddresses(text).flatMap(({ domain }) => companyDomain(domain, []) ?? []);

function compareOwners(one: string, other: string): string {
  const [ours, theirs] = [own(one), own(other)];
  if (ours.length === 0 || theirs.length === 0) return '~';
  return ours.some((domain) => theirs.some((another) => sameOwner(domain, another))) ? '=' : '≠';
}

/** The rows that `compare` answers otherwise, in either direction. */
function wrong(rows: readonly string[], compare: (one: string, other: string) => string): string[] {
  return rows.filter((row) => {
    const [, one = '', expected = '', other = ''] = /^(.*) ([=≠~]) (.*)$/.exec(row) ?? [];
    return compare(one, other) !== expected || compare(other, one) !== expected;
  });
}

describe('pairs by country', () => {
  it.each(Object.entries(NAMES_BY_COUNTRY))('%s: company names (W8, C5, C11)', (_country, rows) => {
    expect(wrong(rows, (one, other) => (sameName(one, other) ? '=' : '≠'))).toStrictEqual([]);
  });

  it.each(Object.entries(DOMAINS_BY_COUNTRY))('%s: e-mail domains (W6, W7, C6, C7)', (_country, rows) => {
    expect(wrong(rows, compareOwners)).toStrictEqual([]);
  });

  it('are 300 or more, each written once', () => {
    const rows = [...Object.values(NAMES_BY_COUNTRY), ...Object.values(DOMAINS_BY_COUNTRY)].flat();
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(300);
    expect(rows.filter((row) => !/^\S.* [=≠~] .*\S$/.test(row))).toStrictEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { sameName } from '../../../src/profile-merge/matching/company-name.ts';
import { NAMES_BY_COUNTRY } from './pairs-by-country.ts';

/** The rows that `compare` answers otherwise, in either direction. */
function wrong(rows: readonly string[], compare: (one: string, other: string) => string): string[] {
  return rows.filter((row) => {
    const [, one = '', expected = '', other = ''] = /^(.*) ([=≠]) (.*)$/.exec(row) ?? [];
    return compare(one, other) !== expected || compare(other, one) !== expected;
  });
}

describe('pairs by country', () => {
  it.each(Object.entries(NAMES_BY_COUNTRY))('%s: company names (W8, C5, C11)', (_country, rows) => {
    expect(wrong(rows, (one, other) => (sameName(one, other) ? '=' : '≠'))).toStrictEqual([]);
  });
});

import { expect, it } from '@jest/globals';
import { DEFAULT_POLICY } from '../../src/config/merge-policy/merge-policy.ts';
import { redactParts } from '../../src/explanations/redact.ts';
import { sameName } from '../../src/profile-merge/matching/company-name.ts';
import { type ProfileParts } from '../../src/profile-merge/profile-parts.ts';
import { NAMES_BY_COUNTRY } from '../profile-merge/matching/pairs-by-country.ts';

const times = { fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: 0, staleUntil: 0, failure: null };
const linked = (customerName: string): NonNullable<ProfileParts['stripe']> => ({
  state: 'linked',
  value: { referenceId: null, customerName, email: null },
  ...times,
});

it('redacted names are one company’s exactly when the names are (C5, W8)', () => {
  const pairs = Object.values(NAMES_BY_COUNTRY)
    .flat()
    .map((row) => row.split(/ [=≠] /));
  const wrong = pairs.filter(([one = '', other = '']) => {
    const redacted = redactParts({ stripe: linked(one), xero: linked(other) }, DEFAULT_POLICY);
    const [ours, theirs] = [redacted.stripe?.value?.customerName ?? '', redacted.xero?.value?.customerName ?? ''];
    return sameName(ours, theirs) !== sameName(one, other);
  });
  expect(wrong).toStrictEqual([]);
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_POLICY } from '../../src/config/merge-policy/merge-policy.ts';
import { mergeProfile } from '../../src/profile-merge/merge.ts';
import { type ProfileParts } from '../../src/profile-merge/profile-parts.ts';
import { provenance, withProvenance } from '../../src/profile-merge/provenance.ts';
import { anyConnectors, anyParts, anyPolicy } from './any-parts.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const failure = {
  state: 'timeout',
  status: null,
  at: NOW - 1000,
  attempts: 1,
  retryAt: NOW + 9000,
} as const;
const stripe = {
  state: 'linked',
  value: { referenceId: 'cus_1', customerName: 'Fairmont', email: null },
  fetchedAt: Date.parse('2026-03-01T11:55:00Z'),
  checkedAt: Date.parse('2026-03-01T11:59:59Z'),
  changedAt: Date.parse('2026-02-11T08:30:00Z'),
  freshUntil: NOW + 1,
  staleUntil: NOW + 90_000,
  failure: null,
} as const;
const nowhere = { source: null, fetchedAt: null, checkedAt: null, changedAt: null, stale: false, rule: 'none' };
const staleOf = (parts: ProfileParts): boolean => provenance(parts, ['stripe'], NOW, DEFAULT_POLICY).name.stale;

describe('provenance', () => {
  it('names for each field its source, the times of answer, attempt and change, and the rule', () => {
    expect(provenance({ stripe }, ['stripe'], NOW, DEFAULT_POLICY)).toStrictEqual({
      name: {
        source: 'stripe',
        fetchedAt: '2026-03-01T11:55:00.000Z',
        checkedAt: '2026-03-01T11:59:59.000Z',
        changedAt: '2026-02-11T08:30:00.000Z',
        stale: false,
        rule: 'only-source',
      },
      email: nowhere,
      phoneNumber: nowhere,
      address: nowhere,
    });
  });

  it('marks a value as stale when it has expired or its source has failed since', () => {
    expect(staleOf({ stripe })).toBe(false);
    expect(staleOf({ stripe: { ...stripe, freshUntil: NOW } })).toBe(true);
    expect(staleOf({ stripe: { ...stripe, failure } })).toBe(true);
  });

  it('has a source for exactly the fields that have a value, with every rule of the policy', () => {
    fc.assert(
      fc.property(anyParts, anyConnectors, anyPolicy, (parts, connectors, policy) => {
        const merged = mergeProfile('1005110001', parts, connectors, NOW, policy);
        const record = withProvenance(merged, parts, connectors, NOW, policy);
        const { provenance: all, ...rest } = record;
        expect(rest).toStrictEqual(merged);
        for (const field of ['name', 'email', 'phoneNumber', 'address'] as const) {
          const from = all?.[field];
          if (merged[field] !== null) expect(from?.source).not.toBeNull();
          if (from?.source == null) expect(from).toStrictEqual({ ...nowhere, rule: from?.rule });
          else expect(from.fetchedAt).toBe(new Date(parts[from.source]?.fetchedAt ?? NaN).toISOString());
          const conflict = merged.conflicts.find((one) => one.field === field);
          expect(conflict === undefined || conflict.rule === from?.rule).toBe(true);
        }
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CONNECTOR_NAMES, type ConnectorName } from '../../src/config/connector-names.ts';
import { DEFAULT_POLICY } from '../../src/config/merge-policy/merge-policy.ts';
import { type SourceName, sourcesWith } from '../../src/config/source-names.ts';
import { readBundle } from '../../src/explanations/bundle.ts';
import { sameName } from '../../src/profile-merge/matching/company-name.ts';
import { sameEmail } from '../../src/profile-merge/matching/email-address.ts';
import { MERGE_RULES_VERSION, mergeProfile } from '../../src/profile-merge/merge.ts';
import { type ProfileParts } from '../../src/profile-merge/profile-parts.ts';
import { provenance, withProvenance } from '../../src/profile-merge/provenance.ts';
import { FAILURE_STATES } from '../../src/upstream/upstream-error.ts';
import { anyConnectors, anyParts, anyPolicy } from './any-parts.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const FAILURES: readonly string[] = FAILURE_STATES;
const EXAMPLE = new URL('../../docs/merging-example.json', import.meta.url);

/** An own key that would change a prototype when copied, anywhere in the value. */
function hasOwnProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasOwnProto);
}

interface Candidate {
  readonly source: SourceName;
  readonly value: string;
}

/** Every value of a field that some source candidates, in the order of the sources. */
function candidates(parts: ProfileParts, connectors: readonly ConnectorName[], field: 'name' | 'email'): Candidate[] {
  const reseller = parts.reseller?.value;
  const own =
    field === 'name' ? reseller?.companyName : reseller?.account.contacts.find((contact) => contact.email)?.email;
  const others = connectors.map((source) => {
    const value = parts[source]?.value;
    return [source, field === 'name' ? value?.customerName : value?.email] as const;
  });
  const all: readonly (readonly [SourceName, string | null | undefined])[] = [['reseller', own], ...others];
  return all.flatMap(([source, value]) =>
    value == null || /^[\s\u200b\u3164]*$/.test(value) ? [] : [{ source, value }],
  );
}

const bySource = (one: { source: string }, other: { source: string }): number => (one.source < other.source ? -1 : 1);

describe('merging', () => {
  it('gives the same bytes in whatever order the parts arrived, and leaves the parts as they were', () => {
    fc.assert(
      fc.property(
        anyParts,
        anyConnectors,
        anyPolicy,
        fc.infiniteStream(fc.nat()),
        (parts, connectors, policy, order) => {
          const before = JSON.stringify(parts);
          const shuffled = Object.entries(parts)
            .map((entry) => ({ entry, place: order.next().value }))
            .sort((one, other) => one.place - other.place)
            .map(({ entry }) => entry);
          const merge = (given: ProfileParts): string => {
            const record = mergeProfile('1005110001', given, connectors, NOW, policy);
            return JSON.stringify(withProvenance(record, given, connectors, NOW, policy));
          };
          expect(merge(Object.fromEntries(shuffled))).toBe(merge(parts));
          expect(merge(JSON.parse(before) as ProfileParts)).toBe(merge(parts));
          expect(JSON.stringify(parts)).toBe(before);
        },
      ),
    );
  });

  it('never fails, and its record survives JSON unchanged and without a key __proto__', () => {
    fc.assert(
      fc.property(anyParts, anyConnectors, anyPolicy, (parts, connectors, policy) => {
        const merged = mergeProfile('1005110001', parts, connectors, NOW, policy);
        const record = withProvenance(merged, parts, connectors, NOW, policy);
        expect(JSON.parse(JSON.stringify(record))).toStrictEqual(record);
        expect(hasOwnProto(record)).toBe(false);
      }),
    );
  });

  it.each([['name', sameName] as const, ['email', sameEmail] as const])(
    'shows the first source’s %s and lists every different one as a conflict, and no other',
    (field, same) => {
      fc.assert(
        fc.property(anyParts, anyConnectors, (parts, connectors) => {
          const [winner, ...others] = candidates(parts, connectors, field);
          const record = mergeProfile('1005110001', parts, connectors, NOW, DEFAULT_POLICY);
          const losers = others.filter(({ value }) => !same(value, winner?.value ?? ''));
          const rule = 'source-order';
          expect(record[field]).toBe(winner?.value ?? null);
          expect(record.conflicts.filter((conflict) => conflict.field === field)).toStrictEqual(
            losers.length === 0 ? [] : [{ field, winner: { source: winner?.source }, losers, rule }],
          );
        }),
      );
    },
  );

  it.each([['name', sameName] as const, ['email', sameEmail] as const])(
    'by any policy, shows no %s without its provenance, and every value that is not shown is the same or listed',
    (field, same) => {
      fc.assert(
        fc.property(anyParts, anyConnectors, anyPolicy, (parts, connectors, policy) => {
          const record = mergeProfile('1005110001', parts, connectors, NOW, policy);
          const { source } = provenance(parts, connectors, NOW, policy)[field];
          const all = candidates(parts, connectors, field);
          const shown = record[field];
          expect(shown).toBe(all.find((candidate) => candidate.source === source)?.value ?? null);
          const conflict = record.conflicts.find((one) => one.field === field);
          const unsaid = all.filter(({ value }) => shown === null || !same(value, shown));
          expect([...(conflict?.losers ?? [])].sort(bySource)).toStrictEqual([...unsaid].sort(bySource));
          if (conflict) expect(conflict.winner.source).toBe(source);
        }),
      );
    },
  );

  it('has another MERGE_RULES_VERSION when the same parts merge to another record', () => {
    const { customerId, parts, connectors, now } = readBundle(JSON.parse(readFileSync(EXAMPLE, 'utf8')));
    const record = JSON.stringify(mergeProfile(customerId, parts, connectors, now, DEFAULT_POLICY));
    // After a change of the example alone the digest is another one, and the version stays.
    expect([MERGE_RULES_VERSION, hash('sha256', record, 'base64url')]).toStrictEqual([
      6,
      'wH3Pt5tjN5xh0nrLCCFrjUUhnKQ4e3_GVMPQLos2FDU',
    ]);
  });

  it('is complete exactly when every source that was asked gave a definite answer', () => {
    fc.assert(
      fc.property(anyParts, anyConnectors, (parts, connectors) => {
        const sources = sourcesWith(connectors);
        const states = sources.flatMap((source) => parts[source]?.state ?? []);
        const record = mergeProfile('1005110001', parts, connectors, NOW, DEFAULT_POLICY);
        expect(record.sources.map(({ state }) => state)).toStrictEqual(states);
        expect(record.complete).toBe(states.every((state) => !FAILURES.includes(state)));
      }),
    );
  });

  it('shows connectors as null, never as [], when the link could not be found out', () => {
    const failure = { state: 'upstream_error', status: null, at: 0, attempts: 1, retryAt: 0 } as const;
    const times = { fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: 0, staleUntil: 0 };
    const failed = { billing: { state: 'upstream_error', value: null, ...times, failure } } as const;
    const unlinked = { billing: { state: 'unlinked', value: null, ...times, failure: null } } as const;
    expect(mergeProfile('1005110001', failed, CONNECTOR_NAMES, NOW, DEFAULT_POLICY)).toMatchObject({
      connectors: null,
      complete: false,
    });
    expect(mergeProfile('1005110001', unlinked, CONNECTOR_NAMES, NOW, DEFAULT_POLICY)).toMatchObject({
      connectors: [],
      complete: true,
    });
    expect(mergeProfile('1005110001', {}, CONNECTOR_NAMES, NOW, DEFAULT_POLICY).connectors).toBeNull();
  });

  it('shows for billing which resolver found the link, or that several customers match', () => {
    const times = { fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: NOW + 1, staleUntil: NOW + 1, failure: null };
    const value = { billingCustomerId: 'b', resolver: 'billing-external-id' } as const;
    const linked = { billing: { state: 'linked', value, ...times } } as const;
    const ambiguous = { billing: { state: 'unlinked', value: null, ...times, ambiguous: true } } as const;
    const unlinked = { billing: { state: 'unlinked', value: null, ...times } } as const;
    const billing = { source: 'billing', fetchedAt: '1970-01-01T00:00:00.000Z', stale: false };
    const sourcesOf = (parts: ProfileParts): unknown =>
      mergeProfile('1005110001', parts, [], NOW, DEFAULT_POLICY).sources;
    expect(sourcesOf(linked)).toStrictEqual([{ ...billing, state: 'linked', resolver: 'billing-external-id' }]);
    expect(sourcesOf(ambiguous)).toStrictEqual([{ ...billing, state: 'unlinked', ambiguous: true }]);
    expect(sourcesOf(unlinked)).toStrictEqual([{ ...billing, state: 'unlinked' }]);
  });

  it('marks an old answer after a failed attempt, and names the attempt', () => {
    const failure = { state: 'timeout', status: null, at: 60_000, attempts: 1, retryAt: 70_000 } as const;
    const value = { referenceId: 'cus_1', customerName: 'Fairmont', email: null };
    const stripe = {
      state: 'linked',
      value,
      fetchedAt: 1000,
      checkedAt: 60_000,
      changedAt: 1000,
      freshUntil: 2000,
      staleUntil: 90_000,
      failure,
    } as const;
    expect(mergeProfile('1005110001', { stripe }, ['stripe'], NOW, DEFAULT_POLICY)).toMatchObject({
      complete: true,
      sources: [
        {
          source: 'stripe',
          state: 'linked',
          fetchedAt: '1970-01-01T00:00:01.000Z',
          stale: true,
          lastAttempt: { state: 'timeout', at: '1970-01-01T00:01:00.000Z' },
        },
      ],
    });
  });
});

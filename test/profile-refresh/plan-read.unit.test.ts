import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLOCK_TOLERANCE_MS } from '../../src/config/clock.ts';
import { isConnector, SOURCE_NAMES, type SourceName } from '../../src/config/source-names.ts';
import { parseCacheControl } from '../../src/customer-profiles/request/cache-control.ts';
import type { Part } from '../../src/profile-cache/part.ts';
import type { ProfileParts } from '../../src/profile-merge/profile-parts.ts';
import { NO_DIRECTIVES } from '../../src/profile-refresh/cache-directives.ts';
import { planRead } from '../../src/profile-refresh/plan-read.ts';
import type { ReadRequirements } from '../../src/profile-refresh/read-requirements.ts';
import { NOBODY } from '../../src/upstream/quota/quota-user.ts';
import { TestClock } from '../support/test-clock.ts';
import type { Cached } from './table.ts';
import { HANGING_ROWS, WELL_ROWS } from './table-rows.ts';

const clock = new TestClock();
clock.stop();
const NOW = clock.now();
const LINK = { billingCustomerId: '7c7ef8c5-c413-4810-bd28-f1f8f159b076', resolver: 'request' };
const AGE_MS: Readonly<Record<Cached, number>> = {
  absent: 0,
  fresh: 100_000,
  stale: 600_000,
  'past stale': 90_000_000,
};

const part = (state: string, value: object | null, ageMs: number, freshMs: number): Part => {
  const fetchedAt = NOW - ageMs;
  const times = { fetchedAt, checkedAt: fetchedAt, changedAt: fetchedAt };
  return { state, value, ...times, freshUntil: fetchedAt + freshMs, staleUntil: fetchedAt + 86_400_000, failure: null };
};

const isLongFresh = (source: SourceName): boolean => isConnector(source) && source !== 'stripe';

/** A customer that is linked at stripe and nowhere else, fetched so long ago. */
function partsOf(cached: Cached): ProfileParts {
  if (cached === 'absent') return {};
  const ageMs = AGE_MS[cached];
  const parts = SOURCE_NAMES.map((source) => [
    source,
    isLongFresh(source) ? part('not_linked', null, ageMs, 3_600_000) : part('ok', LINK, ageMs, 300_000),
  ]);
  return Object.fromEntries(parts) as ProfileParts;
}

const REQUIREMENTS: ReadRequirements = {
  organisation: { id: 'organisation' } as ReadRequirements['organisation'],
  customerId: '1005110001',
  caller: NOBODY,
  billingCustomerId: LINK.billingCustomerId,
  sources: SOURCE_NAMES,
  required: ['reseller'],
  directives: NO_DIRECTIVES,
  requestId: 'request',
};
const FETCH = { none: [], due: SOURCE_NAMES.filter((source) => !isLongFresh(source)), all: SOURCE_NAMES } as const;

const withDirectives = (cacheControl: string): ReadRequirements => ({
  ...REQUIREMENTS,
  directives: parseCacheControl(cacheControl === '' ? undefined : cacheControl, clock),
});

describe('the plan of a read obeys the table of docs/caching.md:', () => {
  it.each(WELL_ROWS)('%s, %j: the sources fetched, and the forward reason', (...row) => {
    const [cached, directives, , cacheStatus, asked] = row;
    const plan = planRead(partsOf(cached), withDirectives(directives), NOW);
    const isOnlyCached = directives === 'only-if-cached';
    expect(isOnlyCached ? [] : plan.fetch).toEqual(FETCH[asked]);
    const forwarded = /^fwd=(\w+)/.exec(cacheStatus ?? '')?.[1];
    if (forwarded) expect(plan.reason).toBe(forwarded);
    if (cacheStatus === 'hit; detail=LEVEL') expect(plan).toMatchObject({ serve: 'fresh', reason: 'hit' });
  });

  // Where every source hangs, an answer at once is served from the cache.
  it.each(HANGING_ROWS)('%s, %j: the answer served', (...row) => {
    const [cached, directives, , cacheStatus] = row;
    const { serve } = planRead(partsOf(cached), withDirectives(directives), NOW);
    if (cacheStatus === 'hit; detail=LEVEL') expect(serve).toBe('fresh');
    else expect(serve).toBe(cacheStatus?.startsWith('hit') ? 'stale' : 'nothing');
  });
});

/** Parts of every kind around `NOW`. */
const anyTime = fc.constantFrom(-90_000_000, -600_000, -100_000, -1, 0, 1, 100_000, 600_000).map((ms) => NOW + ms);
const anyFailure = fc.option(
  fc.record({ state: fc.constant('timeout' as const), status: fc.constant(null), at: anyTime, attempts: fc.constant(1), retryAt: anyTime }), // prettier-ignore
);
const anyPart = (states: readonly string[], value: object): fc.Arbitrary<Part> =>
  fc
    .record({
      state: fc.constantFrom(...states),
      failure: anyFailure,
      fetchedAt: anyTime,
      freshUntil: anyTime,
      staleUntil: anyTime,
    }) // prettier-ignore
    .map((one) => ({
      ...one,
      value: one.state === 'ok' || one.state === 'linked' ? value : null,
      checkedAt: one.fetchedAt,
      changedAt: one.fetchedAt,
    }));
const anyParts = fc.record(
  {
    reseller: anyPart(['ok', 'customer_unknown', 'timeout'], {}),
    billing: anyPart(['linked', 'unlinked', 'upstream_error'], LINK),
    stripe: anyPart(['linked', 'not_linked', 'timeout'], {}),
    xero: anyPart(['linked', 'customer_unknown', 'timeout'], {}),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<ProfileParts>;
const anyRequirements = fc
  .record({
    sources: fc
      .subarray(['reseller', 'stripe', 'xero'] as const)
      .map((asked) => SOURCE_NAMES.filter((source) => source === 'billing' || asked.some((name) => name === source))),
    required: fc.subarray(['reseller', 'stripe'] as const),
    directives: fc.constantFrom('', 'no-cache', 'max-age=60', 'min-fresh=30', 'max-stale', 'max-stale=30', 'only-if-cached').map((text) => withDirectives(text).directives), // prettier-ignore
  })
  .map((some): ReadRequirements => ({ ...REQUIREMENTS, ...some }));

const isFromFuture = (one: Part | undefined): boolean =>
  one !== undefined && Math.max(one.fetchedAt, one.checkedAt) > NOW + CLOCK_TOLERANCE_MS;

describe('the plan of any read of any parts', () => {
  const check = (hold: (parts: ProfileParts, requirements: ReadRequirements) => void): void => {
    fc.assert(fc.property(anyParts, anyRequirements, hold), { numRuns: 3000 });
  };

  it('fetches nothing exactly when fresh parts are served, and names that a hit', () => {
    check((parts, requirements) => {
      const { serve, fetch, reason } = planRead(parts, requirements, NOW);
      expect(serve === 'fresh').toBe(fetch.length === 0);
      expect(serve === 'fresh').toBe(reason === 'hit');
    });
  });

  it('fetches only sources that are wanted, each once, in the order of the record', () => {
    check((parts, requirements) => {
      const { fetch } = planRead(parts, requirements, NOW);
      expect(fetch).toEqual(requirements.sources.filter((source) => fetch.includes(source)));
    });
  });

  it('never takes a part from the future for fresh, whatever its times say (W4)', () => {
    check((parts, requirements) => {
      const { fetch, why } = planRead(parts, requirements, NOW);
      const isUnknown = requirements.sources.includes('reseller') && parts.reseller?.state === 'customer_unknown';
      for (const source of SOURCE_NAMES.filter((name) => why.has(name) && isFromFuture(parts[name]))) {
        const isWanted = !(isUnknown && source !== 'reseller') && !(isConnector(source) && !parts.billing?.value);
        if (isWanted) expect(fetch).toContain(source);
      }
    });
  });

  it('leaves a source alone that failed a moment ago, unless there is no answer without it', () => {
    check((parts, requirements) => {
      const { fetch } = planRead(parts, requirements, NOW);
      for (const source of fetch) {
        const failure = parts[source]?.failure;
        const isDefinite = !['timeout', 'upstream_error'].includes(parts[source]?.state ?? '');
        const retriesAt = Math.min(failure?.retryAt ?? 0, isDefinite ? (parts[source]?.staleUntil ?? 0) : Infinity);
        if (failure && retriesAt > NOW && !isFromFuture(parts[source]))
          expect(!isDefinite && requirements.required.includes(source)).toBe(true);
      }
    });
  });

  it('never serves a part that is past its stale limit as stale', () => {
    check((parts, requirements) => {
      if (requirements.directives.onlyIfCached) return;
      const { serve, fetch } = planRead(parts, requirements, NOW);
      if (serve !== 'stale') return;
      const linked = parts.billing?.value
        ? fetch
        : fetch.filter((source) => source === 'reseller' || source === 'billing');
      for (const source of linked) expect(parts[source]?.staleUntil ?? 0).toBeGreaterThan(NOW);
    });
  });

  it('gives every wanted source a reason that agrees with what it fetches', () => {
    check((parts, requirements) => {
      const { fetch, why } = planRead(parts, requirements, NOW);
      for (const [source, reason] of why)
        expect(['absent', 'due', 'retry', 'required'].includes(reason)).toBe(fetch.includes(source));
    });
  });

  it('mutates no argument', () => {
    check((parts, requirements) => {
      const before = JSON.stringify([parts, requirements]);
      planRead(parts, requirements, NOW);
      expect(JSON.stringify([parts, requirements])).toBe(before);
    });
  });
});

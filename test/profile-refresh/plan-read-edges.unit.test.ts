import { describe, expect, it } from '@jest/globals';
import { type SourceName } from '../../src/config/source-names.ts';
import { type Part } from '../../src/profile-cache/part.ts';
import { type CacheDirectives, NO_DIRECTIVES } from '../../src/profile-refresh/cache-directives.ts';
import { planRead, type ReadPlan } from '../../src/profile-refresh/plan-read.ts';
import { type ReadRequirements } from '../../src/profile-refresh/read-requirements.ts';

const NOW = 1_800_000_000_000;
const THREE = ['reseller', 'billing', 'stripe'] as const;

const times = { fetchedAt: NOW - 1000, checkedAt: NOW - 1000, changedAt: NOW - 1000 };
const FRESH: Part = { state: 'ok', value: {}, ...times, freshUntil: NOW + 1000, staleUntil: NOW + 9000, failure: null };
const UNLINKED: Part = { ...FRESH, state: 'unlinked', value: null };
const UNKNOWN: Part = { ...FRESH, state: 'customer_unknown', value: null };
const failedUntil = (retryAt: number): Pick<Part, 'failure'> => ({
  failure: { state: 'timeout', status: null, at: NOW - 500, attempts: 1, retryAt },
});
const failing = (retryAt: number): Part => ({ ...FRESH, state: 'timeout', value: null, ...failedUntil(retryAt) });

/** The plan of a read of one source, or of three, and the reasons as an object. */
function planned(
  parts: Readonly<Record<string, Part>>,
  directives: Partial<CacheDirectives> = {},
  { sources = THREE, required = [] }: { sources?: readonly SourceName[]; required?: readonly SourceName[] } = {},
): Omit<ReadPlan, 'why'> & { readonly why: Readonly<Record<string, string>> } {
  const asked = { sources, required, directives: { ...NO_DIRECTIVES, ...directives } } as unknown as ReadRequirements;
  const plan = planRead(parts, asked, NOW);
  return { ...plan, why: Object.fromEntries(plan.why) };
}

const ofReseller = (
  part: Partial<Part>,
  directives: Partial<CacheDirectives> = {},
  required: SourceName[] = [],
): unknown => {
  const { serve, fetch, why } = planned({ reseller: { ...FRESH, ...part } }, directives, {
    sources: ['reseller'],
    required,
  });
  expect(fetch).toEqual(serve === 'fresh' ? [] : ['reseller']);
  return [serve, why.reseller];
};

describe('the reasons of a plan', () => {
  it('call nothing more for a customer that does not exist', () => {
    expect(planned({ reseller: UNKNOWN })).toEqual({
      serve: 'fresh',
      fetch: [],
      reason: 'hit',
      why: { reseller: 'fresh', billing: 'customer_unknown', stripe: 'customer_unknown' },
    });
  });

  it('do not serve that a customer is unknown once that is due', () => {
    const plan = planned({ reseller: { ...UNKNOWN, freshUntil: NOW }, billing: FRESH, stripe: FRESH });
    expect(plan).toMatchObject({ serve: 'nothing', fetch: ['reseller'], reason: 'stale' });
  });

  it('ignore an unknown customer when the reseller is not asked', () => {
    const plan = planned({ reseller: UNKNOWN }, {}, { sources: ['billing', 'stripe'] });
    expect(plan).toMatchObject({ fetch: ['billing', 'stripe'], why: { billing: 'absent', stripe: 'absent' } });
  });

  it('call no connector without a link', () => {
    const why = { billing: 'fresh', stripe: 'no_link' };
    expect(planned({ reseller: FRESH, billing: UNLINKED })).toMatchObject({ serve: 'fresh', fetch: [], why });
    const due = planned({ reseller: { ...FRESH, freshUntil: NOW }, billing: UNLINKED });
    expect(due).toMatchObject({ serve: 'stale', fetch: ['reseller'], why: { reseller: 'due', ...why } });
  });

  it('call the connectors while the link itself is due or absent', () => {
    const due = planned({ reseller: FRESH, billing: { ...UNLINKED, freshUntil: NOW } });
    expect(due).toMatchObject({ fetch: ['billing', 'stripe'], why: { billing: 'due', stripe: 'absent' } });
    expect(planned({ reseller: FRESH })).toMatchObject({ fetch: ['billing', 'stripe'], reason: 'partial' });
  });

  it('tell a source that failed from a fresh one', () => {
    const plan = planned({ reseller: { ...FRESH, freshUntil: NOW }, billing: failing(NOW + 1) });
    expect(plan.why).toEqual({ reseller: 'due', billing: 'failed_recently', stripe: 'no_link' });
    expect(plan).toMatchObject({ serve: 'stale', fetch: ['reseller'] });
  });

  it('tell a miss, a part that is missing, and parts that are old or asked for anew', () => {
    expect(planned({}).reason).toBe('miss');
    expect(planned({ reseller: FRESH, billing: FRESH }).reason).toBe('partial');
    const all = { reseller: FRESH, billing: FRESH, stripe: FRESH };
    expect(planned(all, { notBefore: NOW }).reason).toBe('request');
    expect(planned({ ...all, stripe: { ...FRESH, freshUntil: NOW } }).reason).toBe('stale');
  });
});

describe('to the millisecond,', () => {
  it('a part is due when its fresh time ends, and a failed one when it may be called again', () => {
    expect(ofReseller({ freshUntil: NOW + 1 })).toEqual(['fresh', 'fresh']);
    expect(ofReseller({ freshUntil: NOW })).toEqual(['stale', 'due']);
    expect(ofReseller(failedUntil(NOW + 1))).toEqual(['fresh', 'failed_recently']);
    expect(ofReseller(failedUntil(NOW))).toEqual(['stale', 'retry']);
  });

  it('min-fresh asks for more than so much time left, of a failed part too', () => {
    expect(ofReseller({ freshUntil: NOW + 31 }, { minFreshMs: 30 })).toEqual(['fresh', 'fresh']);
    expect(ofReseller({ freshUntil: NOW + 30 }, { minFreshMs: 30 })).toEqual(['nothing', 'due']);
    expect(ofReseller({ freshUntil: NOW + 31, ...failedUntil(NOW) }, { minFreshMs: 30 })).toEqual(['stale', 'retry']);
    expect(ofReseller({ freshUntil: NOW + 30, ...failedUntil(NOW) }, { minFreshMs: 30 })).toEqual(['nothing', 'retry']);
  });

  it('max-stale accepts a part that has been stale for just so long', () => {
    expect(ofReseller({ freshUntil: NOW - 30 }, { maxStaleMs: 30 })).toEqual(['stale', 'due']);
    expect(ofReseller({ freshUntil: NOW - 31 }, { maxStaleMs: 30 })).toEqual(['nothing', 'due']);
    expect(ofReseller({ freshUntil: NOW - 31, staleUntil: NOW }, { maxStaleMs: 99 })).toEqual(['nothing', 'due']);
  });

  it('a part counts that was fetched at the moment asked for, and by the skew after it', () => {
    const directives = { notBefore: NOW - 100, skewMs: 10 };
    expect(ofReseller({ fetchedAt: NOW - 90 }, directives)).toEqual(['fresh', 'fresh']);
    expect(ofReseller({ fetchedAt: NOW - 91 }, directives)).toEqual(['nothing', 'due']);
  });
});

describe('a source without a definite answer', () => {
  it('is called when there is no answer without it, unless it has one', () => {
    expect(ofReseller(failing(NOW + 1), {}, ['reseller'])).toEqual(['nothing', 'required']);
    expect(ofReseller(failedUntil(NOW + 1), {}, ['reseller'])).toEqual(['fresh', 'failed_recently']);
  });

  it('is good enough for only-if-cached, unless it is required', () => {
    expect(ofReseller(failing(NOW))).toEqual(['nothing', 'retry']);
    expect(ofReseller(failing(NOW), { onlyIfCached: true })).toEqual(['stale', 'retry']);
    expect(ofReseller(failing(NOW), { onlyIfCached: true }, ['reseller'])).toEqual(['nothing', 'retry']);
    const past = { freshUntil: NOW - 2, staleUntil: NOW - 1 };
    expect(ofReseller(past, { onlyIfCached: true })).toEqual(['nothing', 'due']);
  });
});

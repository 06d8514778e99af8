import { describe, expect, it } from '@jest/globals';
import {
  type CallerLimits,
  callerLimits,
  limitIssues,
  NO_LIMITS,
  rateLimit,
  sharesTooMuch,
} from '../../../src/config/callers/caller-limits.ts';

describe('the limits of a caller', () => {
  it.each<readonly [string, readonly unknown[], readonly unknown[], string]>([
    ['requestsPerSecond', [0.01, 1, 100_000], [0, 0.009, 100_001, -1, '1', null, NaN], 'a number from 0.01 to 100000'],
    ['concurrent', [1, 100_000], [0, 1.5, 100_001, -1, '1', null], 'a whole number from 1 to 100000'],
    ['quotaShare', [0.001, 1], [0, -0.1, 1.001, '1', null], 'a number above 0 and up to 1'],
    ['quotaCeiling', [0.001, 1], [0, -0.1, 1.001, '1', null], 'a number above 0 and up to 1'],
  ])('have a %s', (name, right, wrong, rule) => {
    for (const value of right) expect(limitIssues({ [name]: value }, 'at')).toEqual([]);
    for (const value of wrong) expect(limitIssues({ [name]: value }, 'at')).toEqual([`at.${name} must be ${rule}`]);
  });

  it('have a burst beside a rate', () => {
    const rule = 'at.burst must be a whole number from 1 to 100000';
    expect(limitIssues({ requestsPerSecond: 1, burst: 100_000 }, 'at')).toEqual([]);
    expect(limitIssues({ requestsPerSecond: 1, burst: 1.5 }, 'at')).toEqual([rule]);
    expect(limitIssues({ burst: 5 }, 'at')).toEqual(['at.burst needs requestsPerSecond']);
  });

  it('have a ceiling that is not below the share', () => {
    const issue = 'at.quotaCeiling must not be below quotaShare';
    expect(limitIssues({ quotaShare: 0.5, quotaCeiling: 0.4 }, 'at')).toEqual([issue]);
    expect(limitIssues({ quotaShare: 0.5, quotaCeiling: 0.5 }, 'at')).toEqual([]);
    expect(limitIssues({ quotaShare: 2, quotaCeiling: 0.5 }, 'at')).toEqual([
      'at.quotaShare must be a number above 0 and up to 1',
    ]);
  });

  it('are an object with nothing else in it', () => {
    for (const limits of [null, 7, [], 'text']) expect(limitIssues(limits, 'at')).toEqual(['at must be an object']);
    expect(limitIssues({ zq7: 1 }, 'at')).toEqual([
      'at may have only: requestsPerSecond, burst, concurrent, quotaShare, quotaCeiling',
    ]);
    expect(limitIssues({}, 'at')).toEqual([]);
  });

  it('come from the entry, or else from the defaults, but for the shares', () => {
    const defaults: CallerLimits = { rate: rateLimit(9, 9), concurrent: 9, quotaShare: 0.9, quotaCeiling: 0.9 };
    expect(callerLimits({}, defaults)).toEqual({ ...defaults, quotaShare: 0, quotaCeiling: 1 });
    const entry = { requestsPerSecond: 2.5, concurrent: 3, quotaShare: 0.1, quotaCeiling: 0.2 };
    const { requestsPerSecond, ...others } = entry;
    expect(callerLimits(entry, defaults)).toEqual({ ...others, rate: { requestsPerSecond, burst: 3 } });
    expect(callerLimits({ requestsPerSecond: 0.5, burst: 7 }, defaults).rate).toEqual({
      requestsPerSecond: 0.5,
      burst: 7,
    });
    expect(rateLimit(0.5, undefined)).toEqual({ requestsPerSecond: 0.5, burst: 1 });
  });
});

describe('the shares of callers', () => {
  const caller = (quotaShare: number, ...organisations: readonly string[]): Parameters<typeof sharesTooMuch>[0][0] => ({
    organisations: organisations.length === 0 ? null : organisations,
    limits: { ...NO_LIMITS, quotaShare },
  });

  it.each([
    ['nobody', [], false],
    ['one', [caller(1)], false],
    ['ten tenths', Array.from({ length: 10 }, () => caller(0.1)), false],
    ['more than all', [caller(0.6), caller(0.5)], true],
    ['more than all of one organisation', [caller(0.6, 'a'), caller(0.5, 'b', 'a')], true],
    ['all of two organisations', [caller(0.6, 'a'), caller(0.5, 'b')], false],
    ['all of one organisation, and everybody', [caller(0.6, 'a'), caller(0.5)], true],
    ['half of each, and everybody', [caller(0.5, 'a'), caller(0.5, 'b'), caller(0.5)], false],
  ])('of %s', (_title, callers, isTooMuch) => {
    expect(sharesTooMuch(callers)).toBe(isTooMuch);
  });
});

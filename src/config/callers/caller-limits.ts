import { isObject } from '../../json/json.ts';
import { memberIssues } from './member-issues.ts';

/** The limits of one caller. null: no limit. */
export interface CallerLimits {
  /** For all processes together. */
  readonly rate: RateLimit | null;
  /** Concurrent requests in each process. */
  readonly concurrent: number | null;
  /** The share of the reseller's quota that is guaranteed to the caller, 0 to 1. */
  readonly quotaShare: number;
  /** The largest share of the reseller's quota that the caller may use, 0 to 1. */
  readonly quotaCeiling: number;
}

export interface RateLimit {
  readonly requestsPerSecond: number;
  /** Requests that may come at once after a pause. */
  readonly burst: number;
}

export const NO_LIMITS: CallerLimits = { rate: null, concurrent: null, quotaShare: 0, quotaCeiling: 1 };

const MAX = 100_000;
const MEMBERS: readonly string[] = ['requestsPerSecond', 'burst', 'concurrent', 'quotaShare', 'quotaCeiling'];

/** The member `limits` of a caller, after `limitIssues` has found no issue. */
export interface LimitsEntry {
  readonly requestsPerSecond?: number;
  readonly burst?: number;
  readonly concurrent?: number;
  readonly quotaShare?: number;
  readonly quotaCeiling?: number;
}

/** @param defaults for the limits that the entry lacks */
export function callerLimits(
  { requestsPerSecond, burst, concurrent, quotaShare = 0, quotaCeiling = 1 }: LimitsEntry,
  defaults: CallerLimits,
): CallerLimits {
  const rate = requestsPerSecond === undefined ? defaults.rate : rateLimit(requestsPerSecond, burst);
  return { rate, concurrent: concurrent ?? defaults.concurrent, quotaShare, quotaCeiling };
}

/** @param burst undefined: as many requests as the rate allows in a second */
export const rateLimit = (requestsPerSecond: number, burst: number | undefined): RateLimit => ({
  requestsPerSecond,
  burst: burst ?? Math.max(1, Math.ceil(requestsPerSecond)),
});

/** The issues of the member `limits` of a caller; they repeat no value. */
export function limitIssues(limits: unknown, at: string): string[] {
  if (!isObject(limits)) return [`${at} must be an object`];
  const { requestsPerSecond, burst, concurrent, quotaShare, quotaCeiling } = limits;
  const issues: string[] = [];
  const rule = (name: string, value: unknown, is: (value: number) => boolean, detail: string): void => {
    if (value !== undefined && !(typeof value === 'number' && is(value)))
      issues.push(`${at}.${name} must be ${detail}`);
  };
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= MAX;
  const isPart = (value: number): boolean => value > 0 && value <= 1;
  issues.push(...memberIssues(limits, MEMBERS, at));
  rule(
    'requestsPerSecond',
    requestsPerSecond,
    (value) => value >= 0.01 && value <= MAX,
    `a number from 0.01 to ${MAX}`,
  );
  rule('burst', burst, isCount, `a whole number from 1 to ${MAX}`);
  rule('concurrent', concurrent, isCount, `a whole number from 1 to ${MAX}`);
  rule('quotaShare', quotaShare, isPart, 'a number above 0 and up to 1');
  rule('quotaCeiling', quotaCeiling, isPart, 'a number above 0 and up to 1');
  if (burst !== undefined && requestsPerSecond === undefined) issues.push(`${at}.burst needs requestsPerSecond`);
  if (issues.length === 0 && Number(quotaCeiling ?? 1) < Number(quotaShare ?? 0))
    issues.push(`${at}.quotaCeiling must not be below quotaShare`);
  return issues;
}

interface SharingCaller {
  /** null: every organisation. */
  readonly organisations: readonly string[] | null;
  readonly limits: CallerLimits;
}

/** Whether the shares of any organisation's callers add up to more than its quota. */
export function sharesTooMuch(callers: readonly SharingCaller[]): boolean {
  const everywhere = sum(callers.filter(({ organisations }) => organisations === null));
  const named = new Set(callers.flatMap(({ organisations }) => organisations ?? []));
  const most = [...named].map((id) => sum(callers.filter(({ organisations }) => organisations?.includes(id))));
  // Sums of decimal fractions are inexact.
  return Math.max(0, ...most) + everywhere > 1 + 1e-9;
}

const sum = (callers: readonly SharingCaller[]): number =>
  callers.reduce((total, { limits }) => total + limits.quotaShare, 0);

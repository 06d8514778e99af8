import { type CallerLimits } from '../../config/callers/caller-limits.ts';

/** The caller that a call is made for, and its part of the quota. */
export interface QuotaUser {
  /** The caller's name. */
  readonly name: string;
  readonly limits: Pick<CallerLimits, 'quotaShare' | 'quotaCeiling'>;
  /** This service itself, and not a caller: it also pays for its work behind answers. */
  readonly isService?: true;
}

/** The user of calls that no caller waits for. It gets the calls that others leave. No caller has this name. */
export const NOBODY: QuotaUser = { name: '', limits: { quotaShare: 0, quotaCeiling: 1 } };

/** The user that pays for work which goes on behind an answer to this user: the service itself, or nobody. */
export const behindAnswers = (user: QuotaUser): QuotaUser => (user.isService ? user : NOBODY);

/** The calls kept for a user: this multiple of those that it asked for in the last window, and a few more, so that it can grow. */
export const KEPT = { ofRecent: 2, more: 5 } as const;

/** How many calls are kept for a user that has asked lately: never more than its share. */
export const keptFor = (share: number, recent: number, limit: number): number =>
  Math.min(share * limit, KEPT.ofRecent * recent + KEPT.more);

import { type CallerLimits } from '../../config/callers/caller-limits.ts';

/** The caller of a call, and its share of the quota. */
export interface QuotaUser {
  /** The caller's name. */
  readonly name: string;
  readonly limits: Pick<CallerLimits, 'quotaShare' | 'quotaCeiling'>;
  /** This service itself, and not a caller: it also pays for its background work. */
  readonly isService?: true;
  /** The caller whose request caused background work. Absent: the user itself. */
  readonly causedBy?: string;
}

/** The user of calls for which no caller waits. It gets the calls that others leave. No caller has this name. */
export const NOBODY: QuotaUser = { name: '', limits: { quotaShare: 0, quotaCeiling: 1 } };

/** The user that pays for background work after an answer to this user: the service itself, or nobody. */
export const behindAnswers = (user: QuotaUser): QuotaUser =>
  user.isService ? user : { ...NOBODY, causedBy: causeOf(user) };

/** The caller whose share of the process's time the work takes, also in the background; empty: it is nobody's. */
export const causeOf = ({ name, causedBy }: QuotaUser): string => causedBy ?? name;

/** The calls kept for a user: a multiple of its requests in the last window, and a few more, so that it can grow. */
export const KEPT = { ofRecent: 2, more: 5 } as const;

/** How many calls are kept for a recent user: never more than its share. */
export const keptFor = (share: number, recent: number, limit: number): number =>
  Math.min(share * limit, KEPT.ofRecent * recent + KEPT.more);

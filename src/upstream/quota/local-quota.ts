import { RollingCount } from '../../resilience/rolling-count.ts';
import { keptFor, type QuotaUser } from './quota-user.ts';

/** The calls that one user has requested, and those that were granted. */
interface Usage {
  share: number;
  readonly asked: RollingCount;
  readonly granted: RollingCount;
}

export interface LocalGrant {
  readonly left: number;
  /** null: not granted. */
  readonly giveBack: (() => void) | null;
  /** When not granted: milliseconds until the next call may be granted. */
  readonly waitMs: number;
}

/** The quota of one process on its own. Times are monotonic milliseconds, passed in. */
export class LocalQuota {
  private readonly total: RollingCount;
  private readonly users = new Map<string, Usage>();

  constructor(
    private readonly windowMs: number,
    private readonly buckets: number,
  ) {
    this.total = new RollingCount(windowMs, buckets);
  }

  take(limit: number, user: QuotaUser, now: number): LocalGrant {
    this.dropIdle(now);
    const used = this.total.total(now);
    const own = this.usageOf(user);
    own.asked.add(now);
    if (used >= limit) return { left: 0, giveBack: null, waitMs: this.total.nextDropMs(now) };
    const granted = own.granted.total(now);
    const waitMs = this.windowMs / this.buckets;
    if (granted >= user.limits.quotaCeiling * limit) return { left: 0, giveBack: null, waitMs };
    const isItsOwn = granted < user.limits.quotaShare * limit;
    if (!isItsOwn && used + this.keptForOthers(own, limit, now) >= limit) return { left: 0, giveBack: null, waitMs };
    const [fromTotal, fromOwn] = [this.total.add(now), own.granted.add(now)];
    const giveBack = (): void => {
      fromTotal();
      fromOwn();
    };
    return { left: limit - used - 1, giveBack, waitMs: 0 };
  }

  private keptForOthers(own: Usage, limit: number, now: number): number {
    let kept = 0;
    for (const usage of this.users.values()) {
      if (usage === own) continue;
      kept += Math.max(0, keptFor(usage.share, usage.asked.total(now), limit) - usage.granted.total(now));
    }
    return kept;
  }

  private usageOf({ name, limits: { quotaShare } }: QuotaUser): Usage {
    const usage = this.users.get(name) ?? {
      share: quotaShare,
      asked: new RollingCount(this.windowMs, this.buckets),
      granted: new RollingCount(this.windowMs, this.buckets),
    };
    usage.share = quotaShare;
    this.users.set(name, usage);
    return usage;
  }

  /** Drops users that have requested nothing for a whole window; no share is kept for them. */
  private dropIdle(now: number): void {
    for (const [name, { asked }] of this.users) if (asked.total(now) === 0) this.users.delete(name);
  }
}

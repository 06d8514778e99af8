import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { Clock, type Timer } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { inTime } from '../../redis/in-time.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { numbersIn } from '../../redis/reply-numbers.ts';
import { LocalQuota } from './local-quota.ts';
import { BUCKET_MS, GIVE_BACK, TAKE } from './quota-scripts.ts';
import { type QuotaUser } from './quota-user.ts';

export const QUOTA_WINDOW_MS = 5000;
export interface QuotaAnswer {
  readonly granted: boolean;
  readonly left: number;
  /** The quota: calls in five seconds, including the used ones. */
  readonly calls: number;
  /** When not granted: milliseconds until the next call may be granted. */
  readonly waitMs: number;
  /** Gives the grant back when the call is not made after all. Call it once. */
  readonly giveBack: () => void;
}

/** How long a grant that was taken ahead waits for its call, in addition to the wait for Redis. */
const AHEAD_MS = 250;

interface GrantAhead {
  readonly answer: Promise<QuotaAnswer>;
  readonly expiry: Timer;
}

const nothingToGiveBack = (): void => undefined;

/**
 * Calls to the reseller customers API in a rolling five seconds, counted for all processes and organisations of a client
 * together. Without Redis each process counts for itself.
 * @see upstreams: above 1,000 calls in 5 s a delay is added, above 1,500 the answer is 429
 */
@Injectable()
export class Quota {
  private readonly alone = new Map<string, LocalQuota>();
  private readonly last = new Map<string, Pick<QuotaAnswer, 'left' | 'calls'>>();
  private readonly ahead = new Map<string, GrantAhead[]>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /** Calls left at the last call; null before the first one. */
  left(organisation: string): number | null {
    return this.last.get(this.clientOf(organisation))?.left ?? null;
  }

  /**
   * The calls left, and the quota, at the last call of the organisation with the smallest share left; null before the first
   * call.
   */
  lowestLeft(): Pick<QuotaAnswer, 'left' | 'calls'> | null {
    const [least = null] = [...this.last.values()].sort((a, b) => a.left / a.calls - b.left / b.calls);
    return least;
  }

  /**
   * Takes a grant before its call, to save the call a round trip. It gives the grant back when no call takes it soon.
   * @param withinMs how long to wait for Redis
   */
  takeAhead(organisation: string, user: QuotaUser, withinMs: number): void {
    const client = this.clientOf(organisation);
    const name = aheadOf(client, user);
    const grants = this.ahead.get(name) ?? [];
    this.ahead.set(name, grants);
    const answer = this.ask(client, user, withinMs);
    const expiry = this.clock.after(AHEAD_MS + (Number.isFinite(withinMs) ? withinMs : 0), () => {
      grants.splice(grants.indexOf(grant), 1);
      if (grants.length === 0 && this.ahead.get(name) === grants) this.ahead.delete(name);
      void answer.then(({ giveBack }) => {
        giveBack();
      });
    });
    const grant = { answer, expiry };
    grants.push(grant);
  }

  async take(organisation: string, user: QuotaUser): Promise<QuotaAnswer> {
    const client = this.clientOf(organisation);
    const name = aheadOf(client, user);
    const grants = this.ahead.get(name);
    const grant = grants?.shift();
    if (grants?.length === 0) this.ahead.delete(name);
    if (!grant) return this.ask(client, user);
    grant.expiry.cancel();
    return grant.answer;
  }

  /** Organisations with the same credentials share one quota. */
  private clientOf(organisation: string): string {
    return this.config.organisations.get(organisation)?.resellerClient ?? organisation;
  }

  private async ask(client: string, user: QuotaUser, withinMs = Infinity): Promise<QuotaAnswer> {
    const shared = this.shared(client, user);
    const inTimeAnswer = await inTime(this.clock, withinMs, shared).catch(() => {
      void shared.then((late) => late?.giveBack());
      return null;
    });
    const answer = inTimeAnswer ?? this.own(client, user);
    this.last.set(client, { left: answer.left, calls: answer.calls });
    return answer;
  }

  private async shared(
    client: string,
    { name, limits: { quotaShare, quotaCeiling } }: QuotaUser,
  ): Promise<QuotaAnswer | null> {
    const { calls } = this.config.reseller.quota;
    const key = `upstream-quota:{reseller:${client}}`;
    const user = digestOf(name);
    const reply = await this.connection.tryRun((redis) =>
      redis.eval(TAKE, 1, key, calls, QUOTA_WINDOW_MS, BUCKET_MS, this.clock.now(), user, quotaShare, quotaCeiling),
    );
    const numbers = numbersIn(reply, 4);
    if (!numbers) return null;
    const [granted, left = 0, waitMs = 0, bucket = 0] = numbers;
    if (granted !== 1) return { granted: false, left, calls, waitMs, giveBack: nothingToGiveBack };
    const giveBack = (): void => {
      void this.connection.tryRun((redis) => redis.eval(GIVE_BACK, 1, key, bucket, user));
    };
    return { granted: true, left, calls, waitMs, giveBack };
  }

  private own(client: string, user: QuotaUser): QuotaAnswer {
    const quota = this.alone.get(client) ?? new LocalQuota(QUOTA_WINDOW_MS, QUOTA_WINDOW_MS / BUCKET_MS);
    this.alone.set(client, quota);
    const { callsLocal: calls } = this.config.reseller.quota;
    const { left, giveBack, waitMs } = quota.take(calls, user, this.clock.monotonic());
    return { granted: giveBack !== null, left, calls, waitMs, giveBack: giveBack ?? nothingToGiveBack };
  }
}

const aheadOf = (client: string, { name }: QuotaUser): string => `${client} ${name}`;

/** A short digest of a name, which may have any length and any characters, for a field of a hash. */
const digestOf = (name: string): string => hash('sha256', name, 'base64url').slice(0, 12);

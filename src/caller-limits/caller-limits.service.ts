import { Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import { isDeepStrictEqual } from 'node:util';
import { Counter } from 'prom-client';
import { type CallerLimits } from '../config/callers/caller-limits.ts';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { Problem } from '../problems/problem.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { CallerUsage, type Excess, seconds } from './caller-usage.ts';
import { rateLimitFields } from './rate-limit-fields.ts';
import { SharedUsage } from './shared-usage.ts';

/** Tokens may name any number of subjects. The caller unseen for longest is evicted, and starts again with a full bucket. */
const MAX_CALLERS = 10_000;

/** A caller with its limits. */
export interface LimitedCaller {
  readonly name: string;
  readonly limits: CallerLimits;
}

/** A caller's limits, and how much of them it uses. */
interface CallerState {
  limits: CallerLimits;
  readonly usage: CallerUsage;
}

/** Holds each caller to its limits. It counts the requests of this process, and those that other processes publish. */
@Injectable()
export class CallerLimitsService {
  private readonly callers = new LRUCache<string, CallerState>({ max: MAX_CALLERS });
  /** By the name of a caller with keys. */
  private limitsByName: ReadonlyMap<string, CallerLimits> | null = null;
  private readonly refusals: Counter<'policy'>;

  constructor(
    { auth }: Config,
    private readonly clock: Clock,
    private readonly shared: SharedUsage,
    { registry }: Metrics,
  ) {
    if (auth.mode === 'api-key') this.replace(auth.callers);
    shared.onUsage((name, tokens) => {
      const limits = this.limitsByName ? this.limitsByName.get(name) : auth.limits;
      if (limits?.rate) this.usageOf({ name, limits }).charge(tokens, clock.monotonic());
    });
    this.refusals = new Counter({
      name: 'caller_limit_refusals_total',
      help: 'Requests that were answered 429, by the limit that the caller is over.',
      labelNames: ['policy'],
      registers: [registry],
    });
  }

  /** Replaces the callers with keys. */
  replace(callers: readonly LimitedCaller[]): void {
    this.limitsByName = new Map(callers.map(({ name, limits }) => [name, limits]));
  }

  /**
   * A request of the caller begins. Nothing is charged when any limit refuses it.
   * @param tokens the cost of the request; 0: it is charged later, one token at least
   * @throws Problem `too_many_requests`
   */
  begin(caller: LimitedCaller, reply: FastifyReply, tokens: number): void {
    const { rate, concurrent } = caller.limits;
    if (rate === null && concurrent === null) return;
    const usage = this.usageOf(caller);
    this.pass(caller, reply, usage, tokens, true);
    // A caller may leave while its credentials are checked.
    if (concurrent !== null && !reply.raw.closed) reply.raw.once('close', usage.begin());
  }

  /** Charges a request in progress. @throws Problem `too_many_requests` */
  charge(caller: LimitedCaller, reply: FastifyReply, tokens: number): void {
    if (caller.limits.rate !== null) this.pass(caller, reply, this.usageOf(caller), tokens, false);
  }

  /** Charges for work already done, even when too few tokens are left. */
  take(caller: LimitedCaller, tokens: number): void {
    if (caller.limits.rate === null) return;
    this.usageOf(caller).charge(tokens, this.clock.monotonic());
    this.shared.record(caller.name, tokens);
  }

  /** A caller whose limits have changed starts with a full bucket. */
  private usageOf({ name, limits }: LimitedCaller): CallerUsage {
    const state = this.callers.get(name);
    if (state && (state.limits === limits || isDeepStrictEqual(state.limits, limits))) {
      state.limits = limits;
      return state.usage;
    }
    const usage = new CallerUsage(limits);
    this.callers.set(name, { limits, usage });
    return usage;
  }

  private pass({ name }: LimitedCaller, reply: FastifyReply, usage: CallerUsage, tokens: number, isNew: boolean): void {
    const now = this.clock.monotonic();
    const excess = usage.excess(Math.max(1, tokens), now, isNew);
    if (excess) throw this.refusal(usage, excess, now);
    if (tokens > 0) {
      usage.charge(tokens, now);
      this.shared.record(name, tokens);
    }
    if (usage.isNearLimit(now)) void reply.headers(rateLimitFields(usage.states(now)));
  }

  private refusal(usage: CallerUsage, { violated, waitMs }: Excess, now: number): Problem {
    for (const policy of violated) this.refusals.inc({ policy });
    const retryAfter = seconds(waitMs);
    return new Problem('too_many_requests', 'The caller is over its limit. Try again after Retry-After.', {
      extensions: { 'violated-policies': violated },
      headers: { ...rateLimitFields(usage.states(now), retryAfter), 'retry-after': String(retryAfter) },
    });
  }
}

import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type FailureState, type UpstreamError } from '../upstream/upstream-error.ts';
import { isUsable, type Part } from './part.ts';

/** Times vary by this much either way, so that parts cached together are not due together. */
const JITTER = 0.1;

/** The facts of a failure in addition to its state. */
type FailureCause = Pick<UpstreamError, 'retryAfterMs' | 'status' | 'reason'>;

/** Gives parts their times, by state, from the `CACHE_*_SECONDS` variables; jitter is fixed when a part is made. */
@Injectable()
export class PartFactory {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /**
   * A part made of a definite answer; it keeps the `changedAt` of an equal previous one.
   * @param askedAt epoch ms: the answer's age counts from the request (RFC 9111, section 4.2.3)
   */
  fromAnswer<State extends string, Value>(
    state: State,
    value: Value | null,
    askedAt: number,
    previous?: Part<State, Value>,
  ): Part<State, Value> {
    const { freshSeconds, notLinkedSeconds, notFoundSeconds, staleSeconds } = this.config.cache;
    const now = askedAt;
    const isSame = previous?.state === state && isDeepStrictEqual(previous.value, value);
    const times = { fetchedAt: now, checkedAt: now, changedAt: isSame ? previous.changedAt : now };
    if (state === 'customer_unknown') {
      const until = now + jittered(notFoundSeconds);
      return { state, value, ...times, freshUntil: until, staleUntil: until, failure: null };
    }
    // A source that has nothing is called less often. A missing link is looked for as often as the connectors are
    // refreshed.
    const isNone = value === null && state !== 'unlinked';
    const freshUntil = now + jittered(isNone ? notLinkedSeconds : freshSeconds);
    return {
      state,
      value,
      ...times,
      freshUntil,
      staleUntil: Math.max(freshUntil, now + staleSeconds * 1000),
      failure: null,
    };
  }

  /** A part made of a failure now: the last good one, with the failure, while it may be used; otherwise only the failure. */
  fromFailure<State extends string, Value>(
    state: FailureState,
    previous: Part<State, Value> | undefined,
    { retryAfterMs, status = null, reason }: Partial<FailureCause> = {},
  ): Part<State, Value> {
    const now = this.clock.now();
    const retryAt = now + Math.max(retryAfterMs ?? 0, this.config.cache.failureSeconds * 1000);
    const before = previous?.failure;
    const failure = {
      state,
      status,
      ...(reason !== undefined && { reason }),
      at: now,
      attempts: (before?.attempts ?? 0) + 1,
      ...(before && { since: before.since ?? before.at }),
      retryAt,
    };
    if (previous && isUsable(previous, now)) return { ...previous, checkedAt: now, failure };
    const times = { fetchedAt: now, checkedAt: now, changedAt: now, freshUntil: now, staleUntil: now };
    return { state, value: null, ...times, failure };
  }
}

function jittered(seconds: number): number {
  return Math.round(seconds * 1000 * (1 - JITTER + 2 * JITTER * Math.random()));
}

import { type Env } from './environment/env.ts';
import { splitList } from './environment/split-list.ts';

/** How long cached parts are used, and which callers may bypass them. */
export interface CacheConfig {
  readonly freshSeconds: number;
  readonly notLinkedSeconds: number;
  readonly notFoundSeconds: number;
  readonly failureSeconds: number;
  readonly staleSeconds: number;
  /** How long a read waits for a refresh before it serves a stale answer. */
  readonly refreshWaitMs: number;
  /** 0: no in-process copy. */
  readonly localSeconds: number;
  /** How long a process that does not reach Redis trusts its copies. After that they are stale, or dropped. */
  readonly disconnectedSeconds: number;
  readonly refusesWhenDisconnected: boolean;
  /** The callers whose `Cache-Control` may force a refresh; null: all. */
  readonly demandingCallers: readonly string[] | null;
}

export function cacheConfig(env: Env): CacheConfig {
  return {
    freshSeconds: env.CACHE_FRESH_SECONDS,
    notLinkedSeconds: env.CACHE_NOT_LINKED_SECONDS,
    notFoundSeconds: env.CACHE_NOT_FOUND_SECONDS,
    failureSeconds: env.CACHE_FAILURE_SECONDS,
    staleSeconds: env.CACHE_STALE_SECONDS,
    refreshWaitMs: env.CACHE_REFRESH_WAIT_MS,
    localSeconds: env.CACHE_LOCAL_SECONDS,
    disconnectedSeconds: env.CACHE_DISCONNECTED_SECONDS,
    refusesWhenDisconnected: env.CACHE_DISCONNECTED_MODE === 'refuse',
    demandingCallers: env.CACHE_DEMAND_CALLERS === undefined ? null : splitList(env.CACHE_DEMAND_CALLERS),
  };
}

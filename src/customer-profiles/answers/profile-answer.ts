import { type CachedResponse } from '../../profile-cache/cached-response.ts';
import { type ForwardReason } from '../../profile-refresh/plan-read.ts';

/** An answer ready to be sent, and how the cache served it. */
export interface ProfileAnswer {
  readonly response: CachedResponse;
  readonly cache: CacheOutcome;
}

/** In the words of RFC 9211: a hit, or why it was forwarded upstream, and the result. */
export type CacheOutcome =
  | {
      readonly hit: true;
      readonly level: 'local' | 'redis';
      readonly isStale: boolean;
      /** A refresh continues in the background. */
      readonly isRefreshing: boolean;
    }
  | {
      readonly hit: false;
      readonly reason: ForwardReason;
      /** The upstream's status; null when it gave none. */
      readonly status: number | null;
      /** Joined the fetch of another request. */
      readonly collapsed: boolean;
      /** The source that has not answered, and why; null: all have. */
      readonly detail: string | null;
    };

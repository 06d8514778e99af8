import { type CachedResponse } from '../../profile-cache/cached-response.ts';
import { type ForwardReason } from '../../profile-refresh/plan-read.ts';

/** An answer ready to be sent, and the way it came about. */
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
      /** A refresh is under way behind the answer. */
      readonly isRefreshing: boolean;
    }
  | {
      readonly hit: false;
      readonly reason: ForwardReason;
      /** The upstream's status; null when it gave none. */
      readonly status: number | null;
      /** Joined the fetch of another request. */
      readonly collapsed: boolean;
      /** Why a source has not answered, if one has not. */
      readonly detail: string | null;
    };

import { type SourceName } from '../config/source-names.ts';
import { type CachedResponse } from '../profile-cache/cached-response.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type WaitReason } from '../upstream/call-context.ts';
import { type BuiltResponse } from './response-builder.ts';
import { type SourceResult } from './source-result.ts';

/** The outcome of a refresh, which may still be in progress. */
export interface RefreshOutcome {
  /** The cached parts, with the new parts in place of older ones. */
  readonly parts: ProfileParts;
  /** The results so far; missing sources are still in progress. */
  readonly results: ReadonlyMap<SourceName, SourceResult>;
  /** Why fetches that have not been sent yet are waiting. */
  readonly waitReasons: ReadonlyMap<SourceName, WaitReason>;
  /** The whole record; null when a source is missing. */
  readonly response: CachedResponse | null;
  /** That response, when this refresh has made it. */
  readonly built: BuiltResponse | null;
  /** Whether it has begun no fetch, because all were already in progress. */
  readonly isCollapsed: boolean;
}

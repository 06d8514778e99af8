/** The demands of a read on the parts of its answer: the request's `Cache-Control` (RFC 9111, section 5.2.1). */
export interface CacheDirectives {
  /** `no-cache`, `max-age`: parts fetched before this moment (epoch ms) are fetched again. */
  readonly notBefore: number;
  /**
   * A cached part must be newer than `notBefore` by this. With `no-cache` it covers the difference between the clocks of
   * two processes.
   */
  readonly skewMs: number;
  /** `min-fresh`: parts must stay fresh for this long. */
  readonly minFreshMs: number;
  /** `max-stale`: a part that has been stale for no longer than this is accepted at once. null: not given. */
  readonly maxStaleMs: number | null;
  /** Whether no source may be called. */
  readonly onlyIfCached: boolean;
}

export const NO_DIRECTIVES: CacheDirectives = {
  notBefore: -Infinity,
  skewMs: 0,
  minFreshMs: 0,
  maxStaleMs: null,
  onlyIfCached: false,
};

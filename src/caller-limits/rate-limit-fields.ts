/** One limit of a caller, and how much of it is left. */
export interface LimitState {
  readonly name: 'rate' | 'concurrent';
  /** Whole units. */
  readonly quota: number;
  readonly remaining: number;
  /** Seconds in which the whole quota is restored; null: it is restored as requests end. */
  readonly windowSeconds: number | null;
  /** Seconds until the quota is restored; when nothing remains, until one unit is. */
  readonly resetSeconds: number | null;
}

/**
 * `RateLimit-Policy` and `RateLimit`, as Structured Fields (RFC 9651).
 * @param retryAfterSeconds the `Retry-After` of the same answer; no `t` is larger
 * @see draft-ietf-httpapi-ratelimit-headers-11, whose parameters may still be renamed
 */
export function rateLimitFields(
  limits: readonly LimitState[],
  retryAfterSeconds = Infinity,
): Readonly<Record<string, string>> {
  const policies = limits.map(({ name, quota, windowSeconds }) =>
    windowSeconds === null
      ? `"${name}";q=${quota};qu="concurrent-requests"`
      : `"${name}";q=${quota};w=${windowSeconds}`,
  );
  const states = limits.map(({ name, remaining, resetSeconds }) =>
    resetSeconds === null
      ? `"${name}";r=${remaining}`
      : `"${name}";r=${remaining};t=${Math.min(resetSeconds, retryAfterSeconds)}`,
  );
  return { 'ratelimit-policy': policies.join(', '), ratelimit: states.join(', ') };
}

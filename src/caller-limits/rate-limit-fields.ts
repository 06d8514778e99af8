/** One limit of a caller, and how much of it is left. */
export interface LimitState {
  readonly name: 'rate' | 'concurrent';
  /** Whole units. */
  readonly quota: number;
  readonly remaining: number;
  /** Seconds in which the whole quota comes back; null: it comes back as requests end. */
  readonly windowSeconds: number | null;
  /** Seconds from now for which `remaining` is said. */
  readonly resetSeconds: number | null;
}

/**
 * `RateLimit-Policy` and `RateLimit`, as Structured Fields (RFC 9651).
 * @param retryAfterSeconds of the `Retry-After` beside them, which never points earlier than the end of a `t`
 * @see draft-ietf-httpapi-ratelimit-headers-11, whose parameters may still get other names
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

/** What the headers say beside a value. */
export interface Answer<T> {
  readonly value: T;
  /** A strong or weak ETag; null when the answer has none. */
  readonly etag: string | null;
  readonly requestId: string | null;
  /** The service said that nothing has changed: the value is the one that was kept. */
  readonly notModified: boolean;
}

/** What the headers say beside what comes from the service's cache. */
export interface CachedAnswer<T> extends Answer<T> {
  /** Of its oldest part. */
  readonly ageSeconds: number | null;
  /** Every source gave a definite answer. */
  readonly complete: boolean;
  /** As in RFC 9211. */
  readonly cacheStatus: string | null;
}

export function answerOf<T>({ headers, status }: Response, value: T): Answer<T> {
  return { value, etag: headers.get('etag'), requestId: headers.get('x-request-id'), notModified: status === 304 };
}

export function cachedAnswerOf<T>(response: Response, value: T): CachedAnswer<T> {
  const { headers } = response;
  const age = headers.get('age');
  return {
    ...answerOf(response, value),
    ageSeconds: age === null ? null : Number(age),
    complete: headers.get('profile-complete') === '?1',
    cacheStatus: headers.get('cache-status'),
  };
}

import { type ClientClock } from './clock.ts';

export interface ClientOptions {
  /** Where the service is, with the path before `/v1` if there is one. */
  readonly baseUrl: string;
  /** The organisation of all calls that name none. Not needed by callers that are bound to one. */
  readonly organisation?: string;
  /** Sent as `X-Api-Key`. */
  readonly apiKey?: string;
  /** Sent as bearer token. A function is asked before each request. */
  readonly token?: string | (() => string | Promise<string>);
  /** The time of a call, retries and their pauses included: 5,000 by default. */
  readonly timeoutMs?: number;
  /** How many answers with an ETag are kept to be revalidated: 100 by default, 0 for none. */
  readonly keptAnswers?: number;
  /** In the place of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** In the place of the system's time. */
  readonly clock?: ClientClock;
}

/** Of one call. */
export interface CallOptions {
  readonly timeoutMs?: number;
  /** Ends the call; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
  readonly organisation?: string;
  /** The call's own id in both logs; the service makes one when it is absent. */
  readonly requestId?: string;
}

/** Of a call whose answer comes from the service's cache. */
export interface ReadOptions extends CallOptions {
  /** Such as `max-age=60` or `only-if-cached`. */
  readonly cacheControl?: string;
}

/** Of a call that reads or changes one stored link. */
export interface ConditionOptions extends CallOptions {
  /** Only if the link still has this ETag. */
  readonly ifMatch?: string;
}

/** Of a change. */
export interface ChangeOptions extends ConditionOptions {
  /** `*`: only if there is no link. */
  readonly ifNoneMatch?: string;
}

import { type CallContext } from './call-context.ts';
import { type QuotaUser } from './quota/quota-user.ts';
import { type FailureState, type UpstreamName } from './upstream-error.ts';

/** The outcome of the attempt before this one. Ids may be reused only after `unanswered`. */
export type PreviousAttempt = 'none' | 'answered' | 'unanswered';

/** One call as a client describes it: the request, and how to read the answer. `UpstreamHttp` makes it. */
export interface UpstreamCall<T> extends CallContext {
  readonly upstream: UpstreamName;
  /** A low-cardinality name, such as `get_customer`. */
  readonly operation: string;
  /** Each organisation has its own breakers, limits and quotas. */
  readonly organisation: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: (previous: PreviousAttempt) => Readonly<Record<string, string>>;
  readonly body?: string;
  /** Timeout of one attempt, from connect to the last byte. */
  readonly attemptTimeoutMs: number;
  /** Bytes that the answer may have, unpacked; absent: 256 KiB. A larger one is malformed. */
  readonly maxAnswerBytes?: number;
  /** Against whose part of the shared quota the call counts; absent: it does not count. */
  readonly quotaUser?: QuotaUser;
  /** The caller whose request began it: callers take turns where calls wait. Absent: the `quotaUser`, or none. */
  readonly caller?: string;
  /** A 5xx of this operation says nothing about the upstream's other operations; absent: it does. */
  readonly failsAlone?: boolean;
  /** The call is repeated only when a kept-alive connection was closed before the upstream received it. */
  readonly noRetry?: boolean;
  /** Reads a 200 or an answer from 400 to 499 other than 429. It may throw InexactNumberError: the answer is malformed then. */
  readonly read: (answer: UpstreamAnswer) => Reading<T>;
}

/** An answer that can be read: a 200 with a JSON body, or a 4xx whose body may not be JSON. */
export interface UpstreamAnswer {
  readonly status: number;
  /** Parsed; undefined when a 4xx carried no JSON. */
  readonly body: unknown;
}

/** A definite value, or why there is none. `reason` has our words, never the upstream's. */
export type Reading<T> =
  | { readonly state: string; readonly value: T }
  | { readonly failure: FailureState; readonly reason: string; readonly event?: string };

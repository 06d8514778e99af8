import { type CallContext } from './call-context.ts';
import { type QuotaUser } from './quota/quota-user.ts';
import { type FailureState, type UpstreamName } from './upstream-error.ts';

/** The outcome of the attempt before this one. Ids may be reused only after `unanswered`. */
export type PreviousAttempt = 'none' | 'answered' | 'unanswered';

/** The description of one call: the request, and how to read the answer. `UpstreamHttp` makes the call. */
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
  /** Maximum bytes of the answer, uncompressed; absent: 256 KiB. A larger one is malformed. */
  readonly maxAnswerBytes?: number;
  /** The user whose share of the quota the call uses; absent: it does not count. */
  readonly quotaUser?: QuotaUser;
  /** The caller whose request began the call. Absent: the `quotaUser`, or none. */
  readonly caller?: string;
  /** Whether a 5xx of this operation says nothing about the upstream's other operations. */
  readonly failsAlone?: boolean;
  /** Whether to repeat the call only when a kept-alive connection was closed before the upstream received it. */
  readonly noRetry?: boolean;
  /** Reads a 200 or an answer from 400 to 499 other than 429. It may throw InexactNumberError; then the answer is malformed. */
  readonly read: (answer: UpstreamAnswer) => Reading<T>;
}

/** An answer that can be read: a 200 with a JSON body, or a 4xx whose body may not be JSON. */
export interface UpstreamAnswer {
  readonly status: number;
  /** Parsed; undefined when a 4xx has no JSON. */
  readonly body: unknown;
}

/** A definite value, or why there is none. `reason` has our words, never the upstream's. */
export type Reading<T> =
  | { readonly state: string; readonly value: T }
  | { readonly failure: FailureState; readonly reason: string; readonly event?: string };

/** The caller that waits for the call; empty: none does. Waiting callers take turns. */
export const ownerOf = ({ caller, quotaUser }: Pick<UpstreamCall<unknown>, 'caller' | 'quotaUser'>): string =>
  caller ?? quotaUser?.name ?? '';

import { type Deadline } from '../resilience/deadline.ts';
import { type FailureState, type UpstreamName } from './upstream-error.ts';

/** What the attempt before this one came to; ids may only be reused after `unanswered`. */
export type PreviousAttempt = 'none' | 'answered' | 'unanswered';

/** One call as a client describes it: what to ask, and how to read the answer. How it is made is `UpstreamHttp`'s. */
export interface UpstreamCall<T> {
  readonly upstream: UpstreamName;
  /** A low-cardinality name, such as `get_customer`. */
  readonly operation: string;
  /** Breakers, limits and quotas are kept apart by it. */
  readonly organisation: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: (previous: PreviousAttempt) => Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest time of one attempt, from connect to the last byte. */
  readonly attemptTimeoutMs: number;
  /** The request this call serves; no attempt outlives it. */
  readonly deadline: Deadline;
  /** Our id of the request this call serves, for the log. */
  readonly requestId: string;
  /** Calls that count against the quota that all processes share; false or absent: none. */
  readonly countsAgainstQuota?: boolean;
  /** Never made a second time. */
  readonly noRetry?: boolean;
  /** Says what an answer below 500 means (never a redirect or 429). */
  readonly read: (answer: UpstreamAnswer) => Reading<T>;
}

/** An answer that can be read: a 2xx with a JSON body, or a 4xx whose body may not be JSON. */
export interface UpstreamAnswer {
  readonly status: number;
  /** Parsed; undefined when a 4xx carried no JSON. */
  readonly body: unknown;
}

/** A definite value, or why the answer is none. `reason` is in words of ours, never the far side's. */
export type Reading<T> =
  | { readonly state: string; readonly value: T }
  | { readonly failure: FailureState; readonly reason: string; readonly event?: string };

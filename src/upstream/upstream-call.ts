import { type Deadline } from './deadline.ts';
import { type UpstreamName } from './upstream.error.ts';

/** What the attempt before this one came to; ids may only be reused after `unanswered`. */
export type PreviousAttempt = 'none' | 'answered' | 'unanswered';

export interface UpstreamCall {
  readonly upstream: UpstreamName;
  /** A low-cardinality name, such as `get_customer`. */
  readonly operation: string;
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
}

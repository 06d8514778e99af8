import { type CallOutcome } from '../resilience/circuit-breaker.ts';

/** The states of a source that gave no definite answer: a closed list. */
export const FAILURE_STATES = [
  'unauthorised',
  'throttled',
  'timeout',
  'upstream_error',
  'malformed',
  'circuit_open',
  'skipped_budget',
  'overloaded',
  'link_store_unavailable',
] as const;

export type FailureState = (typeof FAILURE_STATES)[number];

export type UpstreamName = 'reseller' | 'reseller-token' | 'billing' | 'identity-provider';

interface UpstreamErrorFacts {
  readonly upstream: UpstreamName;
  readonly operation: string;
  readonly state: FailureState;
  /** True when the upstream had begun to answer; then the ids must not be used again. */
  readonly answered: boolean;
  /** False when a policy of ours refused the call before it was sent; true when absent. */
  readonly sent?: boolean;
  /** True when a kept-alive connection was closed: the upstream never received the call. False when absent. */
  readonly idleClosed?: boolean;
  /** True when the call was cut off long before its timeout. False when absent. */
  readonly inconclusive?: boolean;
  /** True when a retry may succeed. */
  readonly retryable: boolean;
  /** The upstream's `Retry-After`, in milliseconds; null when absent or invalid. */
  readonly retryAfterMs?: number | null;
  readonly status?: number | null;
  readonly upstreamRequestId?: string | null;
  /** The cause, in our words or as an errno-like code; never text from the upstream. */
  readonly reason: string;
  /** The name of a log event, when the failure is more than a failed call. */
  readonly event?: string;
}

/**
 * A call that gave no usable answer. It holds no header, URL, body or HTTP client object, so it can be logged whole.
 */
export class UpstreamError extends Error {
  readonly upstream: UpstreamName;
  readonly operation: string;
  readonly state: FailureState;
  readonly answered: boolean;
  readonly sent: boolean;
  readonly idleClosed: boolean;
  readonly inconclusive: boolean;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly status: number | null;
  readonly upstreamRequestId: string | null;
  readonly reason: string;
  readonly event: string | null;

  constructor(facts: UpstreamErrorFacts) {
    super(`${facts.upstream} ${facts.operation}: ${facts.state} (${facts.reason})`);
    this.name = 'UpstreamError';
    this.upstream = facts.upstream;
    this.operation = facts.operation;
    this.state = facts.state;
    this.answered = facts.answered;
    this.sent = facts.sent ?? true;
    this.idleClosed = facts.idleClosed ?? false;
    this.inconclusive = facts.inconclusive ?? false;
    this.retryable = facts.retryable;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.status = facts.status ?? null;
    this.upstreamRequestId = facts.upstreamRequestId ?? null;
    this.reason = facts.reason;
    this.event = facts.event ?? null;
  }

  /**
   * How the call counts for the circuit breaker. 5xx, timeouts, resets and malformed answers are failures. A refusal, a throttle
   * or any other 4xx is an answer. A call that was not sent or not received is ignored.
   */
  get outcome(): CallOutcome {
    if (!this.sent || this.idleClosed) return 'ignored';
    if (this.inconclusive) return 'cut-off';
    if (this.state === 'timeout' || this.state === 'malformed') return 'failure';
    const isClientError = this.status !== null && this.status >= 400 && this.status < 500;
    return this.state === 'upstream_error' && !isClientError ? 'failure' : 'success';
  }
}

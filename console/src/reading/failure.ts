import { ProfileProblem, ProfileTimeout } from '../../../client/src/index.ts';

export type FailureKind =
  | 'offline' | 'timeout' | 'signed_out' | 'refused' | 'unknown_customer' | 'erased' | 'busy' | 'source' | 'unavailable' | 'invalid' | 'failed'; // prettier-ignore

/** A failed call, in the terms of the page. */
export interface Failure {
  readonly kind: FailureKind;
  readonly detail: string;
  /** The right that is missing. */
  readonly right?: string;
  /** Epoch milliseconds; before then a retry is pointless. */
  readonly retryAt?: number;
  readonly requestId?: string;
}

/** Codes of a profile that a required source has failed. */
const OF_A_SOURCE = ['source_unavailable', 'source_failed', 'source_timeout', 'billing_customer_not_found'];

/** @param now epoch milliseconds @throws any error that no call has caused */
export function failureOf(error: unknown, now: number): Failure {
  if (error instanceof ProfileProblem) return ofProblem(error, now);
  if (error instanceof ProfileTimeout)
    return { kind: 'timeout', detail: `No answer came within ${error.timeoutMs / 1000} seconds.` };
  if (error instanceof TypeError) return { kind: 'offline', detail: 'No connection to the service could be made.' };
  // A gateway's own page, sent with 200.
  if (error instanceof SyntaxError)
    return { kind: 'offline', detail: 'Something in front of the service answered with a text that is no JSON.' };
  throw error;
}

function ofProblem(problem: ProfileProblem, now: number): Failure {
  const { detail, requestId, retryAfterMs, errors } = problem;
  const right = (problem.document as { readonly right?: unknown } | null)?.right;
  const rules = errors.map((error) => `${error.name ?? error.in} ${error.detail}`).join('; ');
  return {
    kind: kindOf(problem),
    detail: isForeign(problem)
      ? `Something in front of the service answered with status ${problem.status}.`
      : rules === ''
        ? detail
        : `${detail} ${rules}.`,
    ...(typeof right === 'string' ? { right } : {}),
    ...(retryAfterMs === null ? {} : { retryAt: now + retryAfterMs }),
    ...(requestId === null ? {} : { requestId }),
  };
}

/** Not an answer of the service: a gateway's. */
const isForeign = ({ code }: ProfileProblem): boolean => code === 'unrecognised';

function kindOf(problem: ProfileProblem): FailureKind {
  const { status, code } = problem;
  if (status === 401) return 'signed_out';
  if (status === 403) return 'refused';
  if (code === 'customer_not_found') return 'unknown_customer';
  if (code === 'customer_erased') return 'erased';
  if (OF_A_SOURCE.includes(code)) return 'source';
  if (status === 429 || code === 'overloaded') return 'busy';
  if (isForeign(problem)) return 'offline';
  if (status === 503) return 'unavailable';
  return status === 400 ? 'invalid' : 'failed';
}

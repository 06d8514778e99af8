import { isConnector, type SourceName } from '../config/source-names.ts';
import { Problem, type ProblemCode, PROBLEMS } from '../problems/problem.ts';
import { isDefinite } from '../profile-cache/part.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type ReadRequirements } from '../profile-refresh/read-requirements.ts';
import { type FailureState } from '../upstream/upstream-error.ts';

/** About the longest time that work waits in the queue. */
const OVERLOADED_SECONDS = 2;

const PROBLEM_BY_STATE: Readonly<Record<FailureState, ProblemCode>> = {
  unauthorised: 'source_failed',
  upstream_error: 'source_failed',
  malformed: 'source_failed',
  throttled: 'source_unavailable',
  circuit_open: 'source_unavailable',
  overloaded: 'overloaded',
  link_store_unavailable: 'link_store_unavailable',
  timeout: 'source_timeout',
  skipped_budget: 'source_timeout',
};

/**
 * Refuses the read when the customer does not exist, or when a required source gave no definite answer.
 * @throws Problem
 */
export function assertRequired({ required, sources }: ReadRequirements, parts: ProfileParts, now: number): void {
  if (sources.includes('reseller') && parts.reseller?.state === 'customer_unknown')
    throw new Problem('customer_not_found', 'The reseller customers API does not know this customer.', {
      source: 'reseller',
    });
  for (const source of required) {
    // Without a link there is no connector to call, which is a definite answer.
    if (isConnector(source) && parts.billing && isDefinite(parts.billing) && !parts.billing.value) continue;
    // A connector is not called while its link is unknown: then the link is to blame.
    const blamed = isConnector(source) && !parts[source] && parts.billing ? 'billing' : source;
    const part = parts[blamed];
    if (part && isDefinite(part)) continue;
    const state = (part?.state ?? 'timeout') as FailureState;
    const code = PROBLEM_BY_STATE[state];
    const retryAfterSeconds =
      state === 'overloaded' ? OVERLOADED_SECONDS : Math.ceil(((part?.failure?.retryAt ?? now) - now) / 1000);
    throw new Problem(code, detailOf(source, blamed, state), {
      source: blamed,
      state,
      ...(PROBLEMS[code].status === 503 && { headers: { 'retry-after': String(Math.max(1, retryAfterSeconds)) } }),
    });
  }
}

function detailOf(source: SourceName, blamed: SourceName, state: FailureState): string {
  if (state === 'link_store_unavailable')
    return `The source ${source} is required, and Redis, which stores the links, does not answer. Try again, or name the link with billingCustomerId.`;
  return blamed === source
    ? `The source ${source} is required and gave no definite answer: ${state}.`
    : `The source ${source} is required, and its billing customer is not known: ${state}.`;
}

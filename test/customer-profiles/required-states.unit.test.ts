import { describe, expect, it } from '@jest/globals';
import { type SourceName } from '../../src/config/source-names.ts';
import { assertRequired } from '../../src/customer-profiles/required-sources.ts';
import { Problem } from '../../src/problems/problem.ts';
import { type ProfileParts } from '../../src/profile-merge/profile-parts.ts';
import { type ReadRequirements } from '../../src/profile-refresh/read-requirements.ts';
import { FAILURE_STATES, type FailureState } from '../../src/upstream/upstream-error.ts';

const NOW = 1_000_000;

/** A part of a source that failed and may be asked again in 7 s. */
function failed(source: SourceName, state: FailureState): ProfileParts {
  const failure = { state, status: null, at: NOW, attempts: 1, retryAt: NOW + 7000 };
  const times = { fetchedAt: NOW, checkedAt: NOW, changedAt: NOW, freshUntil: NOW, staleUntil: NOW };
  return { [source]: { state, value: null, ...times, failure } };
}

function problemOf(required: SourceName, parts: ProfileParts): Problem {
  try {
    assertRequired({ required: [required], sources: [required] } as unknown as ReadRequirements, parts, NOW);
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('no problem');
}

const STATUSES: Readonly<Record<FailureState, number>> = {
  unauthorised: 502,
  upstream_error: 502,
  malformed: 502,
  throttled: 503,
  circuit_open: 503,
  overloaded: 503,
  link_store_unavailable: 503,
  timeout: 504,
  skipped_budget: 504,
};

describe.each(FAILURE_STATES)('a required source that is %s', (state) => {
  it.each<readonly [SourceName, SourceName]>([
    ['reseller', 'reseller'],
    ['stripe', 'stripe'],
    ['billing', 'billing'],
    ['stripe', 'billing'],
  ])('%s: blames %s, with Retry-After where waiting helps (A1, A8)', (required, blamed) => {
    const { status, more } = problemOf(required, failed(blamed, state));
    expect({ status, source: more.source, state: more.state }).toStrictEqual({
      status: STATUSES[state],
      source: blamed,
      state,
    });
    expect(more.headers).toStrictEqual(
      status === 503 ? { 'retry-after': state === 'overloaded' ? '2' : '7' } : undefined,
    );
  });
});

import { isoInstant } from '../config/iso-dates.ts';
import { MERGED_FIELDS, type MergedField, type MergePolicy } from '../config/merge-policy/merge-policy.ts';
import { connectorsOf, type SourceName } from '../config/source-names.ts';
import { isDefinite, type Part, type PartFailure } from '../profile-cache/part.ts';
import { chooseFields, type FieldChoice } from '../profile-merge/field-choice.ts';
import { judgeIdentity } from '../profile-merge/identity.ts';
import { candidatesOf, type FieldSource } from '../profile-merge/merged-fields.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { provenance } from '../profile-merge/provenance.ts';
import { planRead } from '../profile-refresh/plan-read.ts';
import { type ReadRequirements } from '../profile-refresh/read-requirements.ts';
import { type CircuitBreakerState } from '../resilience/circuit-breaker.ts';
import {
  type ExplainedCache,
  type ExplainedField,
  type ExplainedPart,
  type Explanation,
} from './explanation.schema.ts';
import { redactParts } from './redact.ts';

/** This process's calls to a source, for any customer; nulls: it has made none, or the source needs none. */
interface CallsToSource {
  readonly breaker: CircuitBreakerState | null;
  /** Epoch milliseconds. */
  readonly lastAnswerAt: number | null;
}

/** The input of an explanation: the cached parts, and everything that is shown with them. */
export interface Explained {
  readonly query: ReadRequirements;
  readonly parts: ProfileParts;
  readonly cache: ExplainedCache;
  readonly policy: MergePolicy;
  readonly showsValues: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly callsOf: (source: SourceName) => CallsToSource;
  /** The last failure of a source that is not cached. */
  readonly failureOf: (source: SourceName) => PartFailure | null;
}

/** Explains a record. States, choices and verdicts follow from the values, even when these are hidden. */
export function explain({ query, parts, cache, policy, showsValues, now, callsOf, failureOf }: Explained): Explanation {
  const shown = showsValues ? parts : redactParts(parts, policy);
  const plan = planRead(parts, query, now);
  const connectors = connectorsOf(query.sources);
  const choices = chooseFields(parts, connectors, policy);
  const origins = provenance(parts, connectors, now, policy);
  const fields = MERGED_FIELDS.map((name) => [name, { ...fieldOf(name, choices[name], shown), ...origins[name] }]);
  return {
    customerId: query.customerId,
    organisation: query.organisation.id,
    billingCustomerId: shown.billing?.value?.billingCustomerId ?? null,
    at: isoInstant(now),
    policy: policy.version,
    cache,
    valuesShown: showsValues,
    parts: query.sources.map((source) => ({
      ...(parts[source] ? partOf(source, parts[source], now) : absent(source, failureOf(source), now)),
      ...callsTo(callsOf(source)),
      value: shown[source]?.value ?? null,
      refresh: { asked: plan.fetch.includes(source), why: plan.why.get(source) ?? 'absent' },
    })),
    fields: Object.fromEntries(fields) as Explanation['fields'],
    identity: judgeIdentity(parts, connectors, policy),
  };
}

const callsTo = ({ breaker, lastAnswerAt }: CallsToSource): Pick<ExplainedPart, 'breaker' | 'lastAnswerAt'> => ({
  breaker,
  lastAnswerAt: lastAnswerAt === null ? null : isoInstant(lastAnswerAt),
});

type PlainPart = Omit<ExplainedPart, 'breaker' | 'lastAnswerAt' | 'value' | 'refresh'>;

function absent(source: SourceName, failure: PartFailure | null, now: number): PlainPart {
  return {
    source,
    state: 'absent',
    fetchedAt: null,
    checkedAt: null,
    changedAt: null,
    ageSeconds: null,
    freshForSeconds: 0,
    usableForSeconds: 0,
    failure: failure && { ...explainedFailure(failure, now), retryInSeconds: 0 },
  };
}

function partOf(source: SourceName, part: Part, now: number): PlainPart {
  const isAnswer = isDefinite(part);
  return {
    source,
    state: part.state,
    fetchedAt: isAnswer ? isoInstant(part.fetchedAt) : null,
    checkedAt: isoInstant(part.checkedAt),
    changedAt: isAnswer ? isoInstant(part.changedAt) : null,
    ageSeconds: isAnswer ? secondsUntil(now, part.fetchedAt) : null,
    freshForSeconds: secondsUntil(part.freshUntil, now),
    usableForSeconds: isAnswer ? secondsUntil(part.staleUntil, now) : 0,
    failure: part.failure && explainedFailure(part.failure, now),
  };
}

function explainedFailure(
  { state, status, reason, at, since = at, attempts, retryAt }: PartFailure,
  now: number,
): NonNullable<ExplainedPart['failure']> {
  return {
    state,
    status,
    reason: reason ?? null,
    at: isoInstant(at),
    since: isoInstant(since),
    attempts,
    retryInSeconds: secondsUntil(retryAt, now),
  };
}

/** @param shown the parts with their values, or with placeholders */
function fieldOf(
  name: MergedField,
  { source, losers }: FieldChoice,
  shown: ProfileParts,
): Pick<ExplainedField, 'value' | 'losers'> {
  const valueOf = (from: FieldSource): unknown => candidatesOf(name, [from], shown)[0]?.value ?? null;
  return {
    value: source && valueOf(source),
    losers: losers.map((loser) => ({ source: loser.source, value: valueOf(loser.source) })),
  };
}

const secondsUntil = (until: number, now: number): number => Math.max(0, Math.ceil((until - now) / 1000));

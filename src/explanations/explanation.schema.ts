import Type from 'typebox';
import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { MERGED_FIELDS, type PolicyContent } from '../config/merge-policy/merge-policy.ts';
import { SOURCE_NAMES } from '../config/source-names.ts';
import {
  anything,
  array,
  enumeration,
  flag,
  instant,
  maybeInstant,
  maybeText,
  object,
  orNull,
  type ReadonlyStatic,
  schemaOf,
  text,
} from '../openapi/json-schema.ts';
import { Identity } from '../profile-merge/merge.schema.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { FETCH_REASONS } from '../profile-refresh/plan-read.ts';
import { CIRCUIT_BREAKER_STATES } from '../resilience/circuit-breaker.ts';

const seconds = Type.Integer({ minimum: 0 });
const value = { ...anything, description: 'The value, or a placeholder.' };

const ExplainedFailure = object({
  state: text,
  status: {
    ...orNull(Type.Integer()),
    description: 'The upstream’s status; null when it gave none, or was not called.',
  },
  reason: { ...maybeText, description: 'The cause, as in the service’s log.' },
  at: instant,
  since: { ...instant, description: 'When the first of the attempts failed.' },
  attempts: Type.Integer({ minimum: 1, description: 'Attempts that have failed since the last definite answer.' }),
  retryInSeconds: seconds,
});

const ExplainedPart = object({
  source: enumeration(SOURCE_NAMES),
  state: { ...text, description: 'As in the profile’s sources; absent: nothing of the source is cached.' },
  fetchedAt: maybeInstant,
  checkedAt: maybeInstant,
  changedAt: maybeInstant,
  ageSeconds: orNull(seconds),
  freshForSeconds: seconds,
  usableForSeconds: { ...seconds, description: 'How long it may be served when its source fails.' },
  failure: orNull(ExplainedFailure),
  breaker: {
    ...orNull(enumeration(CIRCUIT_BREAKER_STATES)),
    description: 'In the answering process; null: it has not called this upstream, or the source needs no call.',
  },
  lastAnswerAt: {
    ...maybeInstant,
    description: 'When it last answered the answering process, for any customer; null: not since the start.',
  },
  value,
  refresh: object({
    asked: { ...flag, description: 'Whether a read now would call this source.' },
    why: enumeration(FETCH_REASONS),
  }),
});
export type ExplainedPart = ReadonlyStatic<typeof ExplainedPart>;

const ExplainedField = object({
  value,
  losers: array(object({ source: text, value }), 'Every source with another value.'),
  source: maybeText,
  fetchedAt: maybeInstant,
  checkedAt: maybeInstant,
  changedAt: maybeInstant,
  stale: flag,
  rule: { ...text, description: 'As in the profile’s provenance.' },
});
export type ExplainedField = ReadonlyStatic<typeof ExplainedField>;

/** Where the parts were found, and whether Redis answered. */
const ExplainedCache = object({
  level: enumeration(['local', 'redis', 'none']),
  redis: enumeration(['answered', 'unavailable', 'not_configured']),
});
export type ExplainedCache = ReadonlyStatic<typeof ExplainedCache>;

/** Why a record looks as it does. */
export const Explanation = object({
  customerId: text,
  organisation: Type.String({ format: 'uuid' }),
  billingCustomerId: maybeText,
  at: instant,
  policy: { ...text, description: 'The version of the merge policy.' },
  cache: ExplainedCache,
  valuesShown: { ...flag, description: 'False: a placeholder replaces each value.' },
  parts: array(ExplainedPart),
  fields: Type.Record(Type.Enum(MERGED_FIELDS), ExplainedField, { additionalProperties: false }),
  identity: Identity,
});
export type Explanation = ReadonlyStatic<typeof Explanation>;

/** One customer's parts as a file, from which `npm run replay` merges the same record on any machine. */
export const Bundle = object({
  /** The version of this format. */
  bundle: Type.Literal(1),
  /** Whether placeholders replace values. */
  redacted: flag,
  customerId: text,
  connectors: array(enumeration(CONNECTOR_NAMES)),
  /** The time of the merge. */
  at: instant,
  policy: schemaOf<PolicyContent>({ type: 'object' }),
  parts: schemaOf<ProfileParts>({ type: 'object' }),
});
export type Bundle = ReadonlyStatic<typeof Bundle>;

import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { MERGED_FIELDS } from '../config/merge-policy/merge-policy.ts';
import { REFRESH_REASONS } from './explanation-refresh.ts';
import { array, flag, instant, maybeInstant, maybeText, object, orNull, text } from '../openapi/json-schema.ts';
import { identity } from '../profile-merge/merge.schema.ts';

const seconds = { type: 'integer', minimum: 0 };
const anything = { description: 'The value, or its shape.' };
const sourceName = { type: 'string', enum: ['reseller', 'billing', ...CONNECTOR_NAMES] };

const part = object({
  source: sourceName,
  state: { ...text, description: 'As in the profile’s sources; absent: nothing is cached of it.' },
  fetchedAt: maybeInstant,
  checkedAt: maybeInstant,
  changedAt: maybeInstant,
  ageSeconds: { type: ['integer', 'null'], minimum: 0 },
  freshForSeconds: seconds,
  usableForSeconds: { ...seconds, description: 'For so long it may stand in for its source when that fails.' },
  failure: orNull(
    object({
      state: text,
      status: { type: ['integer', 'null'], description: 'Of the upstream; null when it gave none, or was not asked.' },
      at: instant,
      attempts: { type: 'integer', minimum: 1, description: 'In vain since the last definite answer.' },
      retryInSeconds: seconds,
    }),
  ),
  breaker: {
    type: ['string', 'null'],
    enum: ['closed', 'half-open', 'open', null],
    description: 'In the process that answers; null: it has not called this upstream, or there is none to call.',
  },
  value: anything,
  refresh: object({
    asked: { ...flag, description: 'Whether a read now would ask this source.' },
    why: { type: 'string', enum: [...REFRESH_REASONS] },
  }),
});

const field = object({
  value: anything,
  losers: array(object({ source: text, value: anything }), 'Every source with another value.'),
  source: maybeText,
  fetchedAt: maybeInstant,
  checkedAt: maybeInstant,
  changedAt: maybeInstant,
  stale: flag,
  rule: { ...text, description: 'As in the profile’s provenance.' },
});

export const EXPLANATION_SCHEMA = object({
  customerId: text,
  organisation: { type: 'string', format: 'uuid' },
  billingCustomerId: maybeText,
  at: instant,
  policy: { ...text, description: 'The version of the merge policy.' },
  cache: object({
    level: { type: 'string', enum: ['local', 'redis', 'none'] },
    redis: { type: 'string', enum: ['answered', 'unavailable', 'not_configured'] },
  }),
  valuesShown: { ...flag, description: 'False: in the place of each value is its shape.' },
  parts: array(part),
  fields: object(Object.fromEntries(MERGED_FIELDS.map((name) => [name, field]))),
  identity,
});

export const BUNDLE_SCHEMA = object({
  bundle: { const: 1 },
  redacted: flag,
  customerId: text,
  connectors: array({ type: 'string', enum: [...CONNECTOR_NAMES] }),
  at: instant,
  policy: { type: 'object' },
  parts: { type: 'object' },
});

const times = {
  fetchedAt: '2026-03-01T12:00:00.000Z',
  checkedAt: '2026-03-01T12:00:00.000Z',
  changedAt: '2026-02-11T08:30:00.000Z',
};
const none = { value: null, losers: [], source: null, fetchedAt: null, checkedAt: null, changedAt: null, stale: false, rule: 'none' }; // prettier-ignore

/** Of a caller who may not see values; of the parts only two are shown. */
export const EXPLANATION_EXAMPLE = {
  customerId: '9876543210',
  organisation: '3d8f7a52-5f0e-4b53-9a43-1c0d6f3b2a11',
  billingCustomerId: '00000000-0000-4000-8000-000000000001',
  at: '2026-03-01T12:01:00.000Z',
  policy: '1+0f3a9c1e',
  cache: { level: 'redis', redis: 'answered' },
  valuesShown: false,
  parts: [
    {
      source: 'billing',
      state: 'linked',
      ...times,
      ...{ ageSeconds: 60, freshForSeconds: 240, usableForSeconds: 86_340, failure: null, breaker: null },
      value: { billingCustomerId: '00000000-0000-4000-8000-000000000001', resolver: 'link-store' },
      refresh: { asked: false, why: 'fresh' },
    },
    {
      source: 'stripe',
      state: 'linked',
      ...times,
      checkedAt: '2026-03-01T12:00:58.000Z',
      ...{ ageSeconds: 60, freshForSeconds: 240, usableForSeconds: 86_340 },
      failure: { state: 'upstream_error', status: 500, at: '2026-03-01T12:00:58.000Z', attempts: 1, retryInSeconds: 8 },
      breaker: 'closed',
      value: { referenceId: '<id 1>', customerName: '<name 1> inc', email: 'address1@domain1.example' },
      refresh: { asked: false, why: 'failed_recently' },
    },
  ],
  fields: {
    name: { value: '<name 1> inc', losers: [], source: 'stripe', ...times, stale: true, rule: 'only-source' },
    email: {
      value: 'address1@domain1.example',
      losers: [],
      source: 'stripe',
      ...times,
      stale: true,
      rule: 'only-source',
    },
    phoneNumber: none,
    address: none,
  },
  identity: { verdict: 'unknown', evidence: [] },
};

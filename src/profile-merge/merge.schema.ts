import Type from 'typebox';
import { MERGED_FIELDS } from '../config/merge-policy/merge-policy.ts';
import {
  anything,
  array,
  enumeration,
  flag,
  maybeInstant,
  object,
  orNull,
  type ReadonlyStatic,
  text,
} from '../openapi/json-schema.ts';
import { CONFLICT_RULES, MERGE_RULES } from './field-choice.ts';
import { FIELD_SOURCES } from './merged-fields.ts';

const source = enumeration(FIELD_SOURCES);
const winner = { ...orNull(source), description: 'The source whose value the field shows; null: none.' };
const rules =
  'source-order: sources differ, and this one comes first in the policy’s order. group: the source that won the field’s group provides it. left-out: only sources that the policy does not list have a value.';

const Conflict = object({
  field: enumeration(MERGED_FIELDS),
  winner: object({ source: winner }),
  losers: array(object({ source, value: anything }), 'Every source with another value, and that value.'),
  rule: enumeration(CONFLICT_RULES, { description: rules }),
});
export type Conflict = ReadonlyStatic<typeof Conflict>;

export const Conflicts = {
  ...array(
    Conflict,
    'Fields for which a source has another value than the one shown. Differences in case, spacing, Unicode form, legal-form suffixes, partners’ codes and the like do not count: docs/merging.md.',
  ),
  examples: [
    [
      {
        field: 'email',
        winner: { source: 'reseller' },
        losers: [{ source: 'stripe', value: 'billing@acme.com' }],
        rule: 'source-order',
      },
    ],
  ],
};

export const Identity = object(
  {
    verdict: enumeration(['consistent', 'suspicious', 'contradictory', 'unknown'], {
      description:
        'unknown: nothing to compare. consistent: nothing differs. contradictory: nothing agrees, and two sources or more differ in two kinds of evidence or more. suspicious: any other difference.',
    }),
    evidence: array(text, 'The agreeing facts when the verdict is consistent, else the differing ones; never a value.'),
  },
  {
    description:
      'Whether the sources seem to describe one company, by names, e-mail domains and external reference ids. It is information only: no code acts on it.',
    examples: [
      { verdict: 'suspicious', evidence: ['name: reseller and stripe differ'] },
      { verdict: 'consistent', evidence: ['name: reseller and xero agree', 'e-mail domain: reseller and xero agree'] },
    ],
  },
);
export type Identity = ReadonlyStatic<typeof Identity>;

/** The source of a field's value, and the rule that chose it. */
const FieldProvenance = object({
  source: winner,
  fetchedAt: { ...maybeInstant, description: 'When the source last gave a definite answer.' },
  checkedAt: { ...maybeInstant, description: 'When the source was last called, successfully or not.' },
  changedAt: {
    ...maybeInstant,
    description: 'When the source’s answer last changed, as far as this service has seen.',
  },
  stale: {
    ...flag,
    description: 'Whether it is no longer fresh: the last attempt failed, or a refresh is in progress.',
  },
  rule: enumeration(MERGE_RULES, {
    description: `none: no source has a value. only-source: one source has a value. agreed: all values are the same. ${rules}`,
  }),
});
export type FieldProvenance = ReadonlyStatic<typeof FieldProvenance>;

const PROVENANCE_EXAMPLE = {
  source: 'reseller',
  fetchedAt: '2026-03-01T12:00:00.000Z',
  checkedAt: '2026-03-01T12:00:00.000Z',
  changedAt: '2026-02-11T08:30:00.000Z',
  stale: false,
  rule: 'source-order',
} satisfies FieldProvenance;

export const Provenance = Type.Record(Type.Enum(MERGED_FIELDS), FieldProvenance, {
  additionalProperties: false,
  description:
    'Where each merged field comes from. Present with view=provenance; with fields=, only for the named fields.',
  examples: [Object.fromEntries(MERGED_FIELDS.map((field) => [field, PROVENANCE_EXAMPLE]))],
});
export type Provenance = ReadonlyStatic<typeof Provenance>;

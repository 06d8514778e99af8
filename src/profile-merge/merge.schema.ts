import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { MERGED_FIELDS } from '../config/merge-policy/merge-policy.ts';
import { MERGE_RULES } from './field-choice.ts';
import { array, flag, maybeInstant, object, text } from '../openapi/json-schema.ts';

const sources = ['reseller', ...CONNECTOR_NAMES];
const source = { type: 'string', enum: sources };
const winner = {
  type: ['string', 'null'],
  enum: [...sources, null],
  description: 'Whose value the field shows; null: none is shown.',
};
const rules =
  'source-order: sources differ, and this one comes first in the policy’s order. group: the field is taken from the source that won its group. left-out: only sources that the policy leaves out have a value.';

/** `conflicts` of a profile. */
export const conflicts = {
  ...array(
    object({
      field: { type: 'string', enum: [...MERGED_FIELDS] },
      winner: object({ source: winner }),
      losers: array(object({ source, value: {} }), 'Every source with another value, and that value.'),
      rule: { type: 'string', enum: ['source-order', 'group', 'left-out'], description: rules },
    }),
    'Fields for which a source has another value than the one shown. Case, spacing, Unicode form, legal-form suffixes, partners’ decorations and the like make no difference: docs/merging.md.',
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

/** `identity` of a profile. */
export const identity = {
  ...object({
    verdict: {
      type: 'string',
      enum: ['consistent', 'suspicious', 'contradictory', 'unknown'],
      description:
        'unknown: nothing to compare. consistent: nothing differs. contradictory: nothing agrees, and two sources or more differ in two kinds of evidence or more. suspicious: any other difference.',
    },
    evidence: array(text, 'What agrees when the verdict is consistent, else what differs; never a value.'),
  }),
  description:
    'Whether the sources seem to speak of one company, by names, e-mail domains and external reference ids. It informs; nothing is decided by it.',
  examples: [
    { verdict: 'suspicious', evidence: ['name: reseller and stripe differ'] },
    { verdict: 'consistent', evidence: ['name: reseller and xero agree', 'e-mail domain: reseller and xero agree'] },
  ],
};

const fieldProvenance = object({
  source: winner,
  fetchedAt: { ...maybeInstant, description: 'When the source last gave a definite answer.' },
  checkedAt: { ...maybeInstant, description: 'When the source was last asked, whatever came of it.' },
  changedAt: { ...maybeInstant, description: 'Since when what the source says has been as it is, as far as was seen.' },
  stale: { ...flag, description: 'Past its time: the last attempt failed, or a refresh is under way.' },
  rule: {
    type: 'string',
    enum: [...MERGE_RULES],
    description: `none: no source has a value. only-source: one source alone has. agreed: all that have one say the same. ${rules}`,
  },
});

/** `provenance` of a profile. */
export const provenance = {
  ...object(Object.fromEntries(MERGED_FIELDS.map((field) => [field, fieldProvenance])), MERGED_FIELDS),
  description:
    'Where each merged field comes from. There with view=provenance; with fields=, only of the fields that were named.',
  examples: [
    {
      name: {
        source: 'reseller',
        fetchedAt: '2026-03-01T12:00:00.000Z',
        checkedAt: '2026-03-01T12:00:00.000Z',
        changedAt: '2026-02-11T08:30:00.000Z',
        stale: false,
        rule: 'source-order',
      },
    },
  ],
};

import { type CustomerChange } from '../../../client/src/index.ts';
import { FIELDS, inSentence, listOf, sentence } from './names.ts';

const LABELS: ReadonlyMap<string, string> = new Map([
  ...FIELDS.map(([field, label]) => [field, label.toLowerCase()] as const),
  ['account', 'reseller account'],
  ['billingCustomerId', 'billing customer'],
  ['conflicts', 'differences between sources'],
  ['complete', 'completeness'],
]);

/** An event of the change feed as a sentence. */
export function changeInWords({ type, fields, sources, billingCustomerId }: CustomerChange): string {
  switch (type) {
    case 'added':
      return 'The customer is known now.';
    case 'changed':
      return `${sentence(listOf(fields.map((field) => LABELS.get(field) ?? field), 9))} changed${saidBy(sources)}.`;
    case 'removed':
      return 'The reseller customers API no longer knows the customer.';
    case 'link_changed':
      return billingCustomerId === null ? 'The link was removed.' : `The link is now ${billingCustomerId}.`;
    case 'policy_changed':
      return 'Profiles are merged by another policy now.';
    case 'erased':
      return 'The customer was erased.';
  }
} // prettier-ignore

const saidBy = (sources: readonly string[]): string =>
  sources.length === 0 ? '' : `, as ${listOf(sources.map(inSentence), 4)} ${sources.length === 1 ? 'says' : 'say'}`;

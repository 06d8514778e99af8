import { type MergedField, type MergePolicy } from '../config/merge-policy/merge-policy.ts';
import { choicesInOrder, chooseFields, type FieldChoice } from '../profile-merge/field-choice.ts';
import { type MergeInput } from './bundle.ts';

/** The fields that two policies merge differently from the same parts. */
export interface PolicyDifference {
  /** The policies' versions. */
  readonly from: string;
  readonly to: string;
  readonly fields: Partial<Record<MergedField, { readonly from: FieldChoice; readonly to: FieldChoice }>>;
}

/** Compares two policies on the parts of one customer. */
export function comparePolicies(
  { parts, connectors }: Pick<MergeInput, 'parts' | 'connectors'>,
  from: MergePolicy,
  to: MergePolicy,
): PolicyDifference {
  const after = chooseFields(parts, connectors, to);
  const changed = choicesInOrder(chooseFields(parts, connectors, from)).flatMap(([field, before]) =>
    JSON.stringify(before) === JSON.stringify(after[field]) ? [] : [[field, { from: before, to: after[field] }]],
  );
  return { from: from.version, to: to.version, fields: Object.fromEntries(changed) as PolicyDifference['fields'] };
}

import { type ConnectorName } from '../config/connector-names.ts';
import { MERGED_FIELDS, type MergedField, type MergePolicy } from '../config/merge-policy/merge-policy.ts';
import { memoize } from './matching/memoize.ts';
import { type Candidate, candidatesOf, type FieldSource, type FieldValues, sameValue } from './merged-fields.ts';
import { type ProfileParts } from './profile-parts.ts';

/** The rules for fields on which sources differ. */
export const CONFLICT_RULES = ['source-order', 'group', 'left-out'] as const;

/**
 * Why a field shows its value: a closed list. `none`: no source has one. `only-source`: one source has one. `agreed`: all
 * values mean the same. `source-order`: the values differ, and this source comes first. `group`: the field follows its
 * group. `left-out`: only sources that the policy does not list have one.
 */
export const MERGE_RULES = ['none', 'only-source', 'agreed', ...CONFLICT_RULES] as const;
export type MergeRule = (typeof MERGE_RULES)[number];

/** The policy's choice for one field. */
export interface FieldChoice<Value = FieldValues[MergedField]> {
  readonly value: Value | null;
  /** null: no value is shown. For a field that follows its group this is the group's source, which may have no value. */
  readonly source: FieldSource | null;
  /** Every other source whose value differs from the one shown. */
  readonly losers: readonly Candidate<Value>[];
  readonly rule: MergeRule;
}

export type FieldChoices = { readonly [Field in MergedField]: FieldChoice<FieldValues[Field]> };

/** Chooses the value of every merged field by the policy, among the reseller and these connectors. */
export function chooseFields(
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  policy: MergePolicy,
): FieldChoices {
  const choose = <Field extends MergedField>(field: Field): FieldChoice<FieldValues[Field]> => {
    const order = sourceOrder(field, connectors, policy);
    const group = policy.groups.find((fields) => fields.includes(field));
    return group ? chooseWithGroup(field, group, order, parts) : chooseAlone(field, order, parts);
  };
  return {
    name: choose('name'),
    email: choose('email'),
    phoneNumber: choose('phoneNumber'),
    address: choose('address'),
  };
}

interface SourceOrder {
  readonly named: readonly FieldSource[];
  readonly leftOut: readonly FieldSource[];
}

function sourceOrder(field: MergedField, connectors: readonly ConnectorName[], policy: MergePolicy): SourceOrder {
  const { sources } = policy.fields[field];
  const named = sources.flatMap((source): readonly FieldSource[] => {
    if (source === 'reseller') return [source];
    if (source === 'connectors') return connectors.filter((name) => !sources.includes(name));
    return connectors.filter((name) => name === source);
  });
  const all: readonly FieldSource[] = ['reseller', ...connectors];
  return { named, leftOut: all.filter((source) => !named.includes(source)) };
}

function chooseAlone<Field extends MergedField>(
  field: Field,
  { named, leftOut }: SourceOrder,
  parts: ProfileParts,
): FieldChoice<FieldValues[Field]> {
  const candidates = candidatesOf(field, named, parts);
  const others = candidatesOf(field, leftOut, parts);
  const [winner] = candidates;
  if (!winner) return { value: null, source: null, losers: others, rule: others.length === 0 ? 'none' : 'left-out' };
  const losers = differing(field, winner.value, [...candidates, ...others]);
  const isAlone = candidates.length + others.length === 1;
  return { ...winner, losers, rule: losers.length > 0 ? 'source-order' : isAlone ? 'only-source' : 'agreed' };
}

/** The source with values for most fields of the group wins all of them; among equals the first in the order wins. */
function chooseWithGroup<Field extends MergedField>(
  field: Field,
  group: readonly MergedField[],
  { named, leftOut }: SourceOrder,
  parts: ProfileParts,
): FieldChoice<FieldValues[Field]> {
  const candidates = candidatesOf(field, [...named, ...leftOut], parts);
  const counted = named.map((source) => ({
    source,
    count: group.filter((member) => candidatesOf(member, [source], parts).length > 0).length,
  }));
  const most = Math.max(0, ...counted.map(({ count }) => count));
  const source = counted.find(({ count }) => count > 0 && count === most)?.source ?? null;
  const value = candidates.find((candidate) => candidate.source === source)?.value ?? null;
  if (candidates.length === 0) return { value, source: null, losers: [], rule: 'none' };
  if (source === null) return { value, source, losers: candidates, rule: 'left-out' };
  return { value, source, losers: value === null ? candidates : differing(field, value, candidates), rule: 'group' };
}

function differing<Field extends MergedField>(
  field: Field,
  shown: FieldValues[Field],
  candidates: readonly Candidate<FieldValues[Field]>[],
): readonly Candidate<FieldValues[Field]>[] {
  const differs = memoize((value: FieldValues[Field]) => value !== shown && !sameValue(field, shown, value));
  return candidates.filter(({ value }) => differs(value));
}

/** The fields in the order of the record, each with its choice. */
export function choicesInOrder(choices: FieldChoices): readonly (readonly [MergedField, FieldChoice])[] {
  return MERGED_FIELDS.map((field) => [field, choices[field]] as const);
}

import { CONNECTOR_NAMES, type ConnectorName } from '../../config/connector-names.ts';
import { MERGED_FIELDS, type MergedField, type MergePolicy } from '../../config/merge-policy/merge-policy.ts';
import { SOURCE_NAMES, type SourceName } from '../../config/source-names.ts';
import { type Profile } from '../../profile-merge/profile.schema.ts';

/** The sources of each field that is not merged, in addition to the link. Fields about the whole record need all sources. */
const SOURCES_OF: Readonly<Record<Exclude<keyof Profile, MergedField | 'provenance'>, readonly SourceName[]>> = {
  customerId: SOURCE_NAMES,
  billingCustomerId: [],
  account: ['reseller'],
  connectors: CONNECTOR_NAMES,
  conflicts: SOURCE_NAMES,
  identity: SOURCE_NAMES,
  sources: SOURCE_NAMES,
  complete: SOURCE_NAMES,
};
const SOURCES: ReadonlyMap<string, readonly SourceName[]> = new Map(Object.entries(SOURCES_OF));

/** The sources that can provide these fields, and the link. A merged field needs the sources that the policy lets win. */
export function neededSources(
  fields: readonly string[],
  { fields: policy }: Pick<MergePolicy, 'fields'>,
): readonly SourceName[] {
  return ['billing', ...fields.flatMap((field) => sourcesOf(field, policy))];
}

function sourcesOf(field: string, policy: MergePolicy['fields']): readonly SourceName[] {
  const [top = '', inner] = field.split('.');
  if (isMerged(top))
    return policy[top].sources.flatMap((source) => (source === 'connectors' ? CONNECTOR_NAMES : [source]));
  if (top === 'connectors' && inner !== undefined) return [inner as ConnectorName];
  return SOURCES.get(top) ?? SOURCE_NAMES;
}

const isMerged = (field: string): field is MergedField => (MERGED_FIELDS as readonly string[]).includes(field);

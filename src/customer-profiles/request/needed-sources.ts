import { type ConnectorName } from '../../config/connector-names.ts';
import { MERGED_FIELDS, type MergedField, type MergePolicy } from '../../config/merge-policy/merge-policy.ts';

/** The sources that are asked, beside the link. */
export interface AskedSources {
  readonly reseller: boolean;
  /** In the configured order. */
  readonly connectors: readonly ConnectorName[];
}

/**
 * The sources that can give these fields: an account is the reseller's, a connector's reference is its own, a merged field is what the policy
 * lets win. Fields about the whole, such as `conflicts` and `complete`, take all.
 */
export function neededSources(
  fields: readonly string[],
  { fields: policy }: Pick<MergePolicy, 'fields'>,
  configured: readonly ConnectorName[],
): AskedSources {
  const all = { reseller: true, connectors: configured };
  const needs = fields.map((field): AskedSources => {
    const [top = '', inner] = field.split('.');
    if (top === 'billingCustomerId') return { reseller: false, connectors: [] };
    if (top === 'account') return { reseller: true, connectors: [] };
    if (top === 'connectors')
      return { reseller: false, connectors: configured.filter((name) => inner === undefined || name === inner) };
    if (!isMerged(top)) return all;
    const { sources } = policy[top];
    const isSource = (name: ConnectorName): boolean => sources.includes('connectors') || sources.includes(name);
    return { reseller: sources.includes('reseller'), connectors: configured.filter(isSource) };
  });
  return {
    reseller: needs.some(({ reseller }) => reseller),
    connectors: configured.filter((name) => needs.some(({ connectors }) => connectors.includes(name))),
  };
}

const isMerged = (field: string): field is MergedField => (MERGED_FIELDS as readonly string[]).includes(field);

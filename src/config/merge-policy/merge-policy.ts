import { createHash } from 'node:crypto';
import { CONNECTOR_NAMES, type ConnectorName } from '../connector-names.ts';

/** The fields for which several sources may have a value. An address is one field: it wins or loses whole. */
export const MERGED_FIELDS = ['name', 'email', 'phoneNumber', 'address'] as const;
export type MergedField = (typeof MERGED_FIELDS)[number];

/** The names in an order of sources. `connectors` means the connectors that are not named, in their configured order. */
export const POLICY_SOURCES = ['reseller', 'connectors', ...CONNECTOR_NAMES] as const;
export type PolicySource = 'reseller' | 'connectors' | ConnectorName;

/** The content of a policy file. `docs/merging.md` explains its form. */
export interface PolicyContent {
  /** Chosen by the operator: 1 to 40 letters, digits, dots, hyphens or underscores. */
  readonly version: string;
  /** For each field the order of its sources. An empty value never beats another; a source that is not listed never wins. */
  readonly fields: Readonly<Record<MergedField, { readonly sources: readonly PolicySource[] }>>;
  /** Fields whose values all come from one source. The fields of a group have the same sources. */
  readonly groups: readonly (readonly MergedField[])[];
  /** E-mail domains that say nothing about a company, in addition to the built-in ones. */
  readonly sharedDomains?: readonly string[];
}

/** A checked policy: a frozen value. */
export interface MergePolicy extends Required<Pick<PolicyContent, 'fields' | 'groups' | 'sharedDomains'>> {
  /** The stated version and a digest of the rest, such as `2026-11-21+ab12cd34`: changed content is another version. */
  readonly version: string;
  /** The stated version alone. */
  readonly label: string;
}

/** The policy without PROFILE_POLICY_FILE. */
export const DEFAULT_POLICY: MergePolicy = mergePolicy({
  version: '2026-11-21',
  fields: {
    name: { sources: ['reseller', 'connectors'] },
    email: { sources: ['reseller', 'connectors'] },
    phoneNumber: { sources: ['reseller', 'connectors'] },
    address: { sources: ['reseller', 'connectors'] },
  },
  groups: [],
});

/** @param content without issues, as `policyIssues` finds them */
export function mergePolicy({
  version,
  fields,
  groups = [],
  sharedDomains = [],
}: Optional<PolicyContent, 'groups'>): MergePolicy {
  const ordered = {
    name: order(fields.name.sources),
    email: order(fields.email.sources),
    phoneNumber: order(fields.phoneNumber.sources),
    address: order(fields.address.sources),
  };
  const together = Object.freeze(groups.map((group) => Object.freeze([...group])));
  const digest = createHash('sha256')
    .update(JSON.stringify(sharedDomains.length === 0 ? [ordered, together] : [ordered, together, sharedDomains]))
    .digest('hex')
    .slice(0, 8);
  return Object.freeze({
    version: `${version}+${digest}`,
    label: version,
    fields: Object.freeze(ordered),
    groups: together,
    sharedDomains: Object.freeze([...sharedDomains]),
  });
}

/** The content of a file for this policy. */
export function policyContent({ label, fields, groups, sharedDomains }: MergePolicy): PolicyContent {
  return { version: label, fields, groups, ...(sharedDomains.length === 0 ? {} : { sharedDomains }) };
}

type Optional<Whole, Key extends keyof Whole> = Omit<Whole, Key> & Partial<Pick<Whole, Key>>;

function order(sources: readonly PolicySource[]): { readonly sources: readonly PolicySource[] } {
  return Object.freeze({ sources: Object.freeze([...sources]) });
}

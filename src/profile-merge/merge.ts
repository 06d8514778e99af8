import { CONNECTOR_CATEGORIES } from '../billing-connectors/connector.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { type MergePolicy } from '../config/merge-policy/merge-policy.ts';
import { type SourceName, sourcesWith } from '../config/source-names.ts';
import { isDefinite } from '../profile-cache/part.ts';
import { choicesInOrder, chooseFields, type FieldChoices } from './field-choice.ts';
import { judgeIdentity } from './identity.ts';
import { type Conflict } from './merge.schema.ts';
import { type Profile, type ProfileConnector, type ProfileSource } from './profile.schema.ts';
import { type ConnectorPart, type ProfileParts, type SourcePart } from './profile-parts.ts';
import { isStale } from './provenance.ts';

/** Raised with each change that makes another record from the same parts, so that stored responses are made again. */
export const MERGE_RULES_VERSION = 6;

/**
 * Merges the parts into the record. Pure, and it never throws: the same parts give the same bytes, in whatever order they
 * arrived.
 * @param connectors the requested connectors, in the order of the record
 * @param now epoch milliseconds; decides which parts are stale
 * @param policy decides whose value is shown where sources differ
 */
export function mergeProfile(
  customerId: string,
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  now: number,
  policy: MergePolicy,
): Profile {
  const fields = chooseFields(parts, connectors, policy);
  const sources = mergeSources(parts, connectors, now);
  return {
    customerId,
    billingCustomerId: parts.billing?.value?.billingCustomerId ?? null,
    name: fields.name.value,
    email: fields.email.value,
    phoneNumber: fields.phoneNumber.value,
    address: fields.address.value,
    account: parts.reseller?.value?.account ?? null,
    connectors: mergeConnectors(parts, connectors),
    conflicts: conflictsOf(fields),
    identity: judgeIdentity(parts, connectors, policy),
    sources,
    complete: askedParts(parts, connectors).every(([, part]) => isDefinite(part)),
  };
}

/** The fields on which a source has another value than the one shown. */
function conflictsOf(choices: FieldChoices): readonly Conflict[] {
  return choicesInOrder(choices).flatMap(([field, { source, losers, rule }]) =>
    losers.length === 0 ? [] : [{ field, winner: { source }, losers, rule: rule as Conflict['rule'] }],
  );
}

/** The connector references; null when the link is unknown. */
function mergeConnectors(
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
): readonly ProfileConnector[] | null {
  if (!parts.billing || !isDefinite(parts.billing)) return null;
  return connectors.flatMap((name) => {
    const part = parts[name];
    return part ? [{ name, category: CONNECTOR_CATEGORIES[name], state: part.state, ...reference(part) }] : [];
  });
}

function reference({ value }: ConnectorPart): Partial<ProfileConnector> {
  return value ? { referenceId: value.referenceId, customerName: value.customerName, email: value.email } : {};
}

/** Each called source with its state and age, in the order reseller, billing, connectors. */
function mergeSources(
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  now: number,
): readonly ProfileSource[] {
  return askedParts(parts, connectors).map(([source, part]) => ({
    source,
    state: part.state,
    fetchedAt: isDefinite(part) ? isoInstant(part.fetchedAt) : null,
    stale: isStale(part, now),
    ...(isDefinite(part) && part.failure
      ? { lastAttempt: { state: part.failure.state, at: isoInstant(part.failure.at) } }
      : {}),
    ...(source === 'billing' ? linkFacts(parts.billing) : {}),
  }));
}

function linkFacts(part: ProfileParts['billing']): Pick<ProfileSource, 'resolver' | 'ambiguous'> {
  if (part?.value) return { resolver: part.value.resolver };
  return part?.ambiguous ? { ambiguous: true } : {};
}

function askedParts(parts: ProfileParts, connectors: readonly ConnectorName[]): (readonly [SourceName, SourcePart])[] {
  return sourcesWith(connectors).flatMap((source) => {
    const part: SourcePart | undefined = parts[source];
    return part ? [[source, part] as const] : [];
  });
}

import { CONNECTOR_CATEGORIES } from '../billing-connectors/connector.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { isDefinite, type Part } from '../profile-cache/part.ts';
import { judgeIdentity } from './identity.ts';
import { type FieldPolicy, MERGE_POLICY } from './merge-policy.ts';
import { type Conflict, type MergedField, type Profile, type ProfileConnector, type ProfileSource } from './profile.ts';
import { type ConnectorPart, type ProfileParts, type SourceName } from './profile-parts.ts';

/**
 * Merges what the sources contributed into the record. Pure and total: the same parts give the same bytes, in whatever
 * order they arrived.
 * @param connectors the connectors that were asked for, in the order they are shown
 * @param now epoch milliseconds, against which a part is fresh or stale
 */
export function mergeProfile(
  customerId: string,
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  now: number,
): Profile {
  const fields = {
    name: choose('name', MERGE_POLICY.name, parts, connectors),
    email: choose('email', MERGE_POLICY.email, parts, connectors),
    phoneNumber: choose('phoneNumber', MERGE_POLICY.phoneNumber, parts, connectors),
    address: choose('address', MERGE_POLICY.address, parts, connectors),
  };
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
    conflicts: Object.values(fields).flatMap(({ conflict }) => conflict ?? []),
    identity: judgeIdentity(parts, connectors),
    sources,
    complete: askedParts(parts, connectors).every(([, part]) => isDefinite(part)),
  };
}

/** The connector references alone; null when it could not be found out which billing customer this is. */
export function mergeConnectors(
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

/** Each source that was asked, with its state and age, in the order reseller, billing, connectors. */
export function mergeSources(
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  now: number,
): readonly ProfileSource[] {
  return askedParts(parts, connectors).map(([source, part]) => ({
    source,
    state: part.state,
    fetchedAt: isDefinite(part) ? instant(part.fetchedAt) : null,
    stale: isDefinite(part) && (part.failure !== null || now >= part.freshUntil),
    ...(isDefinite(part) && part.failure
      ? { lastAttempt: { state: part.failure.state, at: instant(part.failure.at) } }
      : {}),
    ...(source === 'billing' && parts.billing?.value ? { resolver: parts.billing.value.resolver } : {}),
  }));
}

function askedParts(parts: ProfileParts, connectors: readonly ConnectorName[]): (readonly [SourceName, Part])[] {
  const sources: readonly SourceName[] = ['reseller', 'billing', ...connectors];
  return sources.flatMap((source) => {
    const part: Part | undefined = parts[source];
    return part ? [[source, part] as const] : [];
  });
}

function choose<Value>(
  field: MergedField,
  policy: FieldPolicy<Value>,
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
): { value: Value | null; conflict: Conflict | null } {
  const order = policy.sources.flatMap((source): readonly FieldSource[] =>
    source === 'connectors' ? connectors : [source],
  );
  const candidates = order.flatMap((source) => {
    const value = candidate(policy, source, parts);
    return value === null ? [] : [{ source, value }];
  });
  const [winner, ...others] = candidates;
  if (!winner) return { value: null, conflict: null };
  const losers = others.filter(({ value }) => !policy.same(winner.value, value));
  const conflict: Conflict = { field, winner: { source: winner.source }, losers, rule: 'source-order' };
  return { value: winner.value, conflict: losers.length === 0 ? null : conflict };
}

type FieldSource = 'reseller' | ConnectorName;

function candidate<Value>(policy: FieldPolicy<Value>, source: FieldSource, parts: ProfileParts): Value | null {
  if (source === 'reseller') return parts.reseller?.value ? policy.fromReseller(parts.reseller.value) : null;
  const part: ConnectorPart | undefined = parts[source];
  return part?.value ? policy.fromConnector(part.value) : null;
}

const instant = (epochMs: number): string => new Date(epochMs).toISOString();

import { comparableId } from './comparable-id.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { isUsable } from '../profile-cache/part.ts';
import { type ProfileKey, STORED_LINK } from '../profile-cache/cache-keys.ts';
import { type Reference } from './lookup-index.ts';
import { type ConnectorPart, type ProfileParts } from '../profile-merge/profile-parts.ts';

/** The customer's id at the marketplace, from the reseller customers API. */
export const EXTERNAL_REFERENCE = 'external-reference';

/** An id in another system by which a customer may be looked up. */
export type LookupReference = Reference & { readonly system: 'billing' | typeof EXTERNAL_REFERENCE | ConnectorName };

/**
 * The references that a profile confirms, in the form by which they are compared. A link supplied by the request is unverified, so nothing derived from it is indexed.
 */
export function referencesOf({ variant }: ProfileKey, parts: ProfileParts, now: number): readonly LookupReference[] {
  const isClaimed = variant !== STORED_LINK;
  return Object.entries(parts).flatMap(([source, part]) => {
    if (part.value === null || !isUsable(part, now)) return [];
    const id = isClaimed && source !== 'reseller' ? null : idOf(source as keyof ProfileParts, parts);
    const system = source === 'reseller' ? EXTERNAL_REFERENCE : (source as 'billing' | ConnectorName);
    const comparable = id === null ? '' : comparableId(system, id);
    return comparable === '' ? [] : [{ system, id: comparable }];
  });
}

function idOf(source: keyof ProfileParts, parts: ProfileParts): string | null {
  if (source === 'reseller') return parts.reseller?.value?.account.externalReferenceId ?? null;
  if (source === 'billing') return parts.billing?.value?.billingCustomerId ?? null;
  const part: ConnectorPart | undefined = parts[source];
  return part?.value?.referenceId ?? null;
}

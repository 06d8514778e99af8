import { type ConnectorName } from '../config/connector-names.ts';
import { isOfCustomer, SOURCE_NAMES, type SourceName } from '../config/source-names.ts';
import { type ProfileKey, STORED_LINK } from '../profile-cache/cache-keys.ts';
import { isUsable } from '../profile-cache/part.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { comparableId } from './comparable-id.ts';
import { type Reference } from './lookup-index.ts';

/** The customer's id at the marketplace, from the reseller customers API. */
export const EXTERNAL_REFERENCE = 'external-reference';

/** An id in another system by which a customer may be looked up. */
export type LookupReference = Reference & { readonly system: 'billing' | typeof EXTERNAL_REFERENCE | ConnectorName };

/**
 * The references that a profile confirms, in the form in which they are compared. A link supplied by the request is
 * unverified, so nothing derived from it is indexed.
 */
export function referencesOf({ variant }: ProfileKey, parts: ProfileParts, now: number): readonly LookupReference[] {
  const isClaimed = variant !== STORED_LINK;
  return SOURCE_NAMES.flatMap((source) => {
    const part = parts[source];
    if (part?.value == null || !isUsable(part, now) || (isClaimed && !isOfCustomer(source))) return [];
    const reference = referenceOf(source, parts);
    const comparable = reference?.id == null ? '' : comparableId(reference.system, reference.id);
    return !reference || comparable === '' ? [] : [{ system: reference.system, id: comparable }];
  });
}

/** The customer's id in another system, by a source's part; null: it is not a source of ids. */
function referenceOf(
  source: SourceName,
  parts: ProfileParts,
): { readonly system: LookupReference['system']; readonly id: string | null | undefined } | null {
  switch (source) {
    case 'reseller':
      return { system: EXTERNAL_REFERENCE, id: parts.reseller?.value?.account.externalReferenceId };
    case 'billing':
      return { system: source, id: parts.billing?.value?.billingCustomerId };
    default:
      return { system: source, id: parts[source]?.value?.referenceId };
  }
}

import { type ConnectorName } from '../config/connector-names.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { type MergePolicy } from '../config/merge-policy/merge-policy.ts';
import { isDefinite, type Part } from '../profile-cache/part.ts';
import { chooseFields, type FieldChoice } from './field-choice.ts';
import { type FieldProvenance, type Provenance } from './merge.schema.ts';
import { type Profile } from './profile.schema.ts';
import { type ProfileParts } from './profile-parts.ts';

/**
 * Where each merged field of a record comes from. Pure, like `mergeProfile`.
 * @param now epoch milliseconds; decides which parts are stale
 */
export function provenance(
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  now: number,
  policy: MergePolicy,
): Provenance {
  const choices = chooseFields(parts, connectors, policy);
  const of = (choice: FieldChoice): FieldProvenance => fieldProvenance(choice, parts, now);
  return {
    name: of(choices.name),
    email: of(choices.email),
    phoneNumber: of(choices.phoneNumber),
    address: of(choices.address),
  };
}

/** The record of these parts, with the provenance of its fields. */
export function withProvenance(
  profile: Profile,
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  now: number,
  policy: MergePolicy,
): Profile {
  return { ...profile, provenance: provenance(parts, connectors, now, policy) };
}

function fieldProvenance({ source, rule }: FieldChoice, parts: ProfileParts, now: number): FieldProvenance {
  const part: Part | null | undefined = source && parts[source];
  if (!part) return { source: null, fetchedAt: null, checkedAt: null, changedAt: null, stale: false, rule };
  return {
    source,
    fetchedAt: isoInstant(part.fetchedAt),
    checkedAt: isoInstant(part.checkedAt),
    changedAt: isoInstant(part.changedAt),
    stale: isStale(part, now),
    rule,
  };
}

/** Whether a definite answer is stale: the last attempt failed, or a refresh is due. */
export function isStale(part: Part, now: number): boolean {
  return isDefinite(part) && (part.failure !== null || now >= part.freshUntil);
}

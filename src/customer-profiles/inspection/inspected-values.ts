import { type ConnectorName } from '../../config/connector-names.ts';
import { SOURCE_NAMES, type SourceName } from '../../config/source-names.ts';
import { sameContent } from '../../customer-changes/feed/profile-content.ts';
import { isDefinite, type Part } from '../../profile-cache/part.ts';
import { type ProfileParts, type SourcePart } from '../../profile-merge/profile-parts.ts';

/** The groups of fields that are compared: a closed list. `contact`: e-mail addresses and telephone numbers. */
type FieldGroup = 'state' | 'name' | 'contact' | 'address' | 'account' | 'link' | 'reference';

/** A source's contribution to an answer, and which of its field groups the source still confirms. */
export interface InspectedSource {
  readonly source: SourceName;
  /** Milliseconds between the call to the source and the answer to the caller. */
  readonly ageMs: number;
  readonly groups: readonly { readonly group: FieldGroup; readonly isRight: boolean }[];
}

/**
 * Compares the parts of an answer with the sources' current answers. It skips a source without a definite answer, then or
 * now.
 * @param answeredAt epoch ms
 */
export function inspect(answered: ProfileParts, now: ProfileParts, answeredAt: number): readonly InspectedSource[] {
  return SOURCE_NAMES.flatMap((source) => {
    const [before, after]: (SourcePart | undefined)[] = [answered[source], now[source]];
    if (!isComparable(before) || !isComparable(after)) return [];
    const values = groupsOf(source, before);
    const realValues = new Map(groupsOf(source, after));
    const groups = values.map(([group, value]) => ({ group, isRight: sameContent(value, realValues.get(group)) }));
    return [{ source, ageMs: Math.max(0, answeredAt - before.fetchedAt), groups }];
  });
}

const isComparable = (part: SourcePart | undefined): part is SourcePart =>
  part !== undefined && isDefinite(part) && part.failure === null;

function groupsOf(source: SourceName, part: Part): readonly (readonly [FieldGroup, unknown])[] {
  const { state } = part;
  const value = (part.value ?? {}) as Readonly<Record<string, unknown>>;
  switch (source) {
    case 'reseller': {
      const { contacts, ...account } = (value.account ?? {}) as Readonly<Record<string, unknown>>;
      return [
        ['state', state],
        ['name', value.companyName],
        ['contact', [value.phoneNumber, contacts]],
        ['address', value.address],
        ['account', account],
      ];
    }
    case 'billing':
      return [
        ['state', state],
        ['link', value.billingCustomerId],
      ];
    default:
      source satisfies ConnectorName;
      return [
        ['state', state],
        ['reference', value.referenceId],
        ['name', value.customerName],
        ['contact', value.email],
      ];
  }
}

import { type ProfileContent } from '../customer-changes/feed/profile-content.ts';
import { isDefinite, type Part } from '../profile-cache/part.ts';
import { type Profile } from '../profile-merge/profile.schema.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';

/** The state of a source that gave no definite answer. The kind of failure is not content. */
const UNAVAILABLE = 'unavailable';

/** The members of a record that are content. A new member is one by default, so that the change feed reports it. */
type ContentField = Exclude<keyof Profile, 'customerId' | 'sources' | 'provenance'>;

/** The content of a record, without the times that say how fresh it is. @param parts the parts of which it was made */
export function contentOf(record: Profile, parts: ProfileParts, etag: string): ProfileContent {
  const { billingCustomerId, name, email, phoneNumber, address, account, conflicts, identity, complete } = record;
  const found: Readonly<Record<string, Part | undefined>> = parts;
  const stateOf = (source: string, state: string): string => {
    const part = found[source];
    return part && !isDefinite(part) ? UNAVAILABLE : state;
  };
  const connectors = record.connectors?.map((one) => ({ ...one, state: stateOf(one.name, one.state) })) ?? null;
  const states = record.sources.map(({ source, state, resolver, ambiguous }) => {
    return { source, state: stateOf(source, state), resolver, ambiguous };
  });
  const sources = Object.entries(found).map(([source, part]) => [
    source,
    part && [stateOf(source, part.state), part.value],
  ]);
  return {
    etag,
    billingCustomerId,
    // prettier-ignore
    fields: {
      billingCustomerId, name, email, phoneNumber, address, account, connectors, conflicts, identity, complete,
    } satisfies Record<ContentField, unknown>,
    states,
    sources: Object.fromEntries(sources) as ProfileContent['sources'],
  };
}

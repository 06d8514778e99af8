import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { type Part } from '../profile-cache/part.ts';
import { type Assembly } from '../profile-refresh/assembly.ts';
import { type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';

/** The order of the record; parts settle in any. */
const IN_ORDER: readonly SourceName[] = ['reseller', 'billing', ...CONNECTOR_NAMES];

/**
 * What came of asking upstream, as far as it has: the status code of the first source that failed, in the order of the
 * record, else 404 for an unknown customer, else 200; and, when sources failed, which state that was.
 */
export function forwardOutcome(
  { fetched }: Assembly,
  late: ProfileParts,
): {
  readonly status: number | null;
  readonly detail: string | null;
} {
  for (const source of IN_ORDER) {
    const part: Part | undefined = late[source] ?? fetched.get(source);
    const failure = part?.failure;
    if (failure) return { status: failure.status, detail: `${source}-${failure.state}` };
  }
  if (fetched.size === 0) return { status: null, detail: null };
  return { status: fetched.get('reseller')?.state === 'customer_unknown' ? 404 : 200, detail: null };
}

import { SOURCE_NAMES, type SourceName } from '../../config/source-names.ts';
import { type Part } from '../../profile-cache/part.ts';
import { type ProfileParts } from '../../profile-merge/profile-parts.ts';
import { type SourceResult } from '../../profile-refresh/source-result.ts';

/**
 * The outcome of the fetches so far: the status code of the first source that failed, in the order of the record, else 404
 * for an unknown customer, else 200; and the name and state of that failed source.
 */
export function forwardStatus(
  results: ReadonlyMap<SourceName, SourceResult>,
  timedOut: ProfileParts,
): { readonly status: number | null; readonly detail: string | null } {
  for (const source of SOURCE_NAMES) {
    const failure = (timedOut[source] ?? fetched(results, source))?.failure;
    if (failure) return { status: failure.status, detail: `${source}-${failure.state}` };
  }
  if (![...results.values()].some(({ isFetched }) => isFetched)) return { status: null, detail: null };
  return { status: fetched(results, 'reseller')?.state === 'customer_unknown' ? 404 : 200, detail: null };
}

function fetched(results: ReadonlyMap<SourceName, SourceResult>, source: SourceName): Part | undefined {
  const result = results.get(source);
  return result?.isFetched ? result.part : undefined;
}

import { parseEntityTags } from '../../http-server/entity-tags.ts';

/**
 * Whether `If-None-Match` names the tag, by weak comparison, or is `*`: then the caller has the current answer. A malformed
 * header names no tag.
 */
export function matchesIfNoneMatch(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = parseEntityTags(ifNoneMatch);
  if (tags === '*') return true;
  const quoted = etag.replace('W/', '');
  return tags?.some(({ opaque }) => `"${opaque}"` === quoted) ?? false;
}

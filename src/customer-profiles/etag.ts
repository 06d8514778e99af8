/** An entity tag (RFC 9110, section 8.8.3), weak or strong, and a list of them, in which elements may be empty. */
const ENTITY_TAG = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;
const TAG_LIST = new RegExp(`^[ \\t]*(?:${ENTITY_TAG.source}[ \\t]*)?(?:,[ \\t]*(?:${ENTITY_TAG.source}[ \\t]*)?)*$`);

/**
 * Whether `If-None-Match` names the tag, by weak comparison, or `*`: then the caller has what would be sent. What is
 * malformed names nothing.
 */
export function matchesIfNoneMatch(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  if (!TAG_LIST.test(ifNoneMatch)) return false;
  const opaque = etag.replace('W/', '');
  return [...ifNoneMatch.matchAll(ENTITY_TAG)].some(([, tag]) => tag === opaque);
}

/** An entity tag (RFC 9110, section 8.8.3). `opaque` is the text between its quotes. */
export interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

/** One entity tag and its separator; elements of a list may be empty (RFC 9110, section 5.6.1). */
const ELEMENT = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

/**
 * Reads `If-Match` or `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2).
 * @returns null when it is neither `*` nor a list of at least one entity tag
 */
export function parseEntityTags(header: string): '*' | readonly EntityTag[] | null {
  const value = header.trim();
  if (value === '*') return '*';
  const tags: EntityTag[] = [];
  ELEMENT.lastIndex = 0;
  while (ELEMENT.lastIndex < value.length) {
    const found = ELEMENT.exec(value);
    if (!found) return null;
    const [, weak, opaque] = found;
    if (opaque !== undefined) tags.push({ weak: weak !== undefined, opaque });
  }
  return tags.length === 0 ? null : tags;
}

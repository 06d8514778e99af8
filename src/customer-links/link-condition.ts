import { parseEntityTags } from '../http-server/entity-tags.ts';
import { type InputCheck } from '../problems/input-check.ts';

/** The condition of a request, as the scripts take it: '' for none, '*' for any link, ',a,b,' for the links with these digests. */
export interface LinkCondition {
  readonly ifMatch: string;
  readonly ifNoneMatch: string;
}

export const UNCONDITIONAL: LinkCondition = { ifMatch: '', ifNoneMatch: '' };

/** The strong ETag of a link (RFC 9110, section 8.8.3). */
export const etagOf = (digest: string): string => `"${digest}"`;

/**
 * Reads `If-Match` and `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2). A header that is neither `*` nor a list of
 * entity-tags is reported.
 */
export function readCondition(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  check: InputCheck,
): LinkCondition {
  // A weak tag never matches in If-Match, which compares strongly.
  return {
    ifMatch: digests('If-Match', headers['if-match'], false, check),
    ifNoneMatch: digests('If-None-Match', headers['if-none-match'], true, check),
  };
}

/** Whether a condition names the link with this digest. */
export function matchesEtag(digests: string, digest: string): boolean {
  return digests === '*' || digests.includes(`,${digest},`);
}

function digests(name: string, value: string | string[] | undefined, weakToo: boolean, check: InputCheck): string {
  if (value === undefined) return '';
  const tags = parseEntityTags([value].flat().join(','));
  if (tags === '*') return '*';
  if (tags === null) {
    check.report({ in: 'header', name, detail: 'must be * or a comma-separated list of entity-tags, such as "7"' });
    return '';
  }
  // A tag that is not a digest matches no link, so the scripts never see it.
  const named = tags.filter(({ weak, opaque }) => (weakToo || !weak) && /^[\da-f]{40}$/.test(opaque));
  return `,${named.map(({ opaque }) => `${opaque},`).join('')}`;
}

import { parseEntityTags } from '../http-server/entity-tags.ts';
import { type ValidationIssue } from '../problems/problem.ts';

/** The condition of a request, as the scripts take it: '' none, '*' any link, ',7,9,' these versions. */
export interface LinkCondition {
  readonly ifMatch: string;
  readonly ifNoneMatch: string;
}

export const UNCONDITIONAL: LinkCondition = { ifMatch: '', ifNoneMatch: '' };

/** The strong ETag of a link (RFC 9110, section 8.8.3). */
export const etagOf = (version: string): string => `"${version}"`;

/**
 * Reads `If-Match` and `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2); a header that is neither `*` nor a list of
 * entity-tags is added to `issues`.
 */
export function readCondition(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  issues: ValidationIssue[],
): LinkCondition {
  // A weak tag never matches in If-Match, which compares strongly.
  return {
    ifMatch: versions('If-Match', headers['if-match'], false, issues),
    ifNoneMatch: versions('If-None-Match', headers['if-none-match'], true, issues),
  };
}

/** Whether the link of this version is among those that a condition names; never when there is none. */
export function matchesEtag(versions: string, version: string | null): boolean {
  return version !== null && (versions === '*' || versions.includes(`,${version},`));
}

function versions(
  name: string,
  value: string | string[] | undefined,
  weakToo: boolean,
  issues: ValidationIssue[],
): string {
  if (value === undefined) return '';
  const tags = parseEntityTags([value].flat().join(','));
  if (tags === '*') return '*';
  if (tags === null) {
    issues.push({ in: 'header', name, detail: 'must be * or a comma-separated list of entity-tags, such as "7"' });
    return '';
  }
  // A tag that cannot be a version matches no link, and stays out of the scripts.
  const named = tags.filter(({ weak, opaque }) => (weakToo || !weak) && /^\d{1,15}$/.test(opaque));
  return `,${named.map(({ opaque }) => `${opaque},`).join('')}`;
}

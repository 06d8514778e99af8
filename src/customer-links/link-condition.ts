import { type ValidationIssue } from '../problems/problem.ts';

/** What a request is conditional on, as the scripts take it: '' none, '*' any link, ',7,9,' these versions. */
export interface LinkCondition {
  readonly ifMatch: string;
  readonly ifNoneMatch: string;
}

export const UNCONDITIONAL: LinkCondition = { ifMatch: '', ifNoneMatch: '' };

/** One entity-tag and what separates it from the next; elements of a list may be empty (RFC 9110, section 5.6.1). */
const TAG = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|$)/y;

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
export function isNamed(versions: string, version: string | null): boolean {
  return version !== null && (versions === '*' || versions.includes(`,${version},`));
}

function versions(
  name: string,
  value: string | string[] | undefined,
  weakToo: boolean,
  issues: ValidationIssue[],
): string {
  if (value === undefined) return '';
  const sent = [value].flat().join(',').trim();
  if (sent === '*') return '*';
  const tags = readTags(sent);
  if (tags === null) {
    issues.push({ in: 'header', name, detail: 'must be * or a comma-separated list of entity-tags, such as "7"' });
    return '';
  }
  // What cannot be a version of a link matches none, and stays out of the scripts.
  const named = tags.filter(({ weak, tag }) => (weakToo || !weak) && /^\d{1,15}$/.test(tag));
  return `,${named.map(({ tag }) => `${tag},`).join('')}`;
}

/** @returns null when it is no list of at least one entity-tag */
function readTags(sent: string): readonly { readonly weak: boolean; readonly tag: string }[] | null {
  const tags = [];
  TAG.lastIndex = 0;
  while (TAG.lastIndex < sent.length) {
    const found = TAG.exec(sent);
    if (!found) return null;
    if (found[2] !== undefined) tags.push({ weak: found[1] !== undefined, tag: found[2] });
  }
  return tags.length === 0 ? null : tags;
}

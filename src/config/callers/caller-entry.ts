import { isUUID } from 'class-validator';
import { hash } from 'node:crypto';
import { isObject } from '../../json/json.ts';
import { isCalendarDay } from '../iso-dates.ts';
import { limitIssues, type LimitsEntry } from './caller-limits.ts';
import { memberIssues } from './member-issues.ts';
import { isRight, type Right, RIGHTS } from './rights.ts';

const MAX_KEYS = 2;
const MEMBERS: readonly string[] = ['name', 'keys', 'keySha256', 'organisations', 'rights', 'limits'];
const KEY_MEMBERS: readonly string[] = ['sha256', 'notAfter'];
/** The digest of an empty text, which a shell command makes of an unset variable. Everybody knows this key. */
const DIGEST_OF_NOTHING = hash('sha256', '');

/** A caller of `CALLERS_FILE`, after `entryIssues` has found no issue. */
export interface CallerEntry {
  readonly name: string;
  readonly keys?: readonly { readonly sha256: string; readonly notAfter?: string }[];
  readonly keySha256?: string;
  readonly organisations?: readonly string[];
  readonly rights: readonly Right[];
  readonly limits?: LimitsEntry;
}

/** The issues of one caller of `CALLERS_FILE`; they repeat no value. */
export function entryIssues(entry: unknown, at: string): string[] {
  if (!isObject(entry)) return [`${at} must be an object`];
  const issues: string[] = [];
  if (typeof entry.name !== 'string' || !/^[\w.-]{1,64}$/.test(entry.name))
    issues.push(`${at}.name must be 1 to 64 letters, digits, dots or hyphens`);
  issues.push(...memberIssues(entry, MEMBERS, at));
  if (!isListOf(entry.rights, isRight)) issues.push(`${at}.rights must name one or more of: ${RIGHTS.join(', ')}`);
  if (entry.organisations !== undefined && !isListOf(entry.organisations, (id) => isUUID(id, 'loose')))
    issues.push(`${at}.organisations must be a list of UUIDs`);
  if (entry.limits !== undefined) issues.push(...limitIssues(entry.limits, `${at}.limits`));
  return [...issues, ...keyIssues(entry, at)];
}

function keyIssues({ keys, keySha256 }: Record<string, unknown>, at: string): string[] {
  const issues: string[] = [];
  if ((keys === undefined) === (keySha256 === undefined)) issues.push(`${at} must have one of keys and keySha256`);
  if (keySha256 !== undefined) issues.push(...digestIssues(keySha256, `${at}.keySha256`));
  if (keys === undefined) return issues;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS)
    issues.push(`${at}.keys must be a list of one or two keys`);
  const listed: readonly unknown[] = Array.isArray(keys) ? keys : [];
  return [...issues, ...listed.flatMap((key, index) => keyIssuesOf(key, `${at}.keys[${index}]`))];
}

function keyIssuesOf(key: unknown, at: string): string[] {
  if (!isObject(key)) return [`${at} must be an object`];
  const issues = digestIssues(key.sha256, `${at}.sha256`);
  if (key.notAfter !== undefined && !isInstant(key.notAfter))
    issues.push(`${at}.notAfter must be an instant, such as 2027-01-01T00:00:00Z`);
  // With a misspelt notAfter the key would never expire.
  return [...issues, ...memberIssues(key, KEY_MEMBERS, at)];
}

function digestIssues(digest: unknown, at: string): string[] {
  if (!isDigest(digest)) return [`${at} must be 64 hexadecimal digits`];
  return digest.toLowerCase() === DIGEST_OF_NOTHING ? [`${at} must be the digest of a key, not of an empty text`] : [];
}

/** The issues of names and keys that occur more than once. */
export function repetitionIssues(entries: readonly unknown[]): string[] {
  const [names, digests] = [new Set<unknown>(), new Set<unknown>()];
  const isKnown = (all: Set<unknown>, one: unknown): boolean => all.size === all.add(one).size;
  return entries.flatMap((entry, index) => {
    if (!isObject(entry)) return [];
    const { name, keys, keySha256 } = entry;
    const listed: readonly unknown[] = Array.isArray(keys) ? keys : [];
    const sent = [keySha256, ...listed.map((key) => (isObject(key) ? key.sha256 : undefined))].filter(isDigest);
    const at = `callers[${index}]`;
    return [
      ...(typeof name === 'string' && isKnown(names, name) ? [`${at}.name occurs more than once`] : []),
      ...sent.flatMap((digest) =>
        isKnown(digests, digest.toLowerCase()) ? [`a key of ${at} occurs more than once`] : [],
      ),
    ];
  });
}

const isDigest = (value: unknown): value is string => typeof value === 'string' && /^[\da-f]{64}$/i.test(value);
const isListOf = (value: unknown, is: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(is);

function isInstant(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const form = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  const day = form.exec(value)?.[1];
  return day !== undefined && !Number.isNaN(Date.parse(value)) && isCalendarDay(day);
}

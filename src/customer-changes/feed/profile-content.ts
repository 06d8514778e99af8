import { hash } from 'node:crypto';
import { SOURCE_NAMES, type SourceName } from '../../config/source-names.ts';
import { isObject } from '../../json/json.ts';
import { CHANGED_FIELDS, type ChangedField } from './change.ts';

/** The content of a profile as readers get it, without the times that say how fresh it is. */
export interface ProfileContent {
  readonly etag: string;
  readonly billingCustomerId: string | null;
  readonly fields: Readonly<Record<ChangedField, unknown>>;
  /** The state of each source in the profile. */
  readonly states: unknown;
  /** The contribution of each source. */
  readonly sources: Readonly<Partial<Record<SourceName, unknown>>>;
}

/** Fields and sources that differ. */
export interface ContentDifference {
  readonly fields: readonly ChangedField[];
  readonly sources: readonly SourceName[];
}

/** Letters of a digest in a summary. It only says which fields differ, so two equal digests hide one name. */
const LETTERS = 4;
const ABSENT = '-'.repeat(LETTERS);
const SUMMARY_LENGTH = LETTERS * (CHANGED_FIELDS.length + SOURCE_NAMES.length);

/** Equal for equal content, whatever the order in which an upstream lists its items. */
export function digestOf({ fields, states }: ProfileContent): string {
  return hash('sha256', inOrder([fields, states]), 'base64url').slice(0, 22);
}

/** A few letters for each field and source: enough to say later which of them differ. */
export function summaryOf({ fields, sources }: ProfileContent): string {
  const letters = (value: unknown): string =>
    value === undefined ? ABSENT : hash('sha256', inOrder(value), 'base64url').slice(0, LETTERS);
  return [
    ...CHANGED_FIELDS.map((field) => letters(fields[field])),
    ...SOURCE_NAMES.map((source) => letters(sources[source])),
  ].join('');
}

/** @param before '' or a summary of another version: everything that is there counts as new */
export function differenceOf(before: string, after: string): ContentDifference {
  const isComparable = before.length === SUMMARY_LENGTH;
  const differs = (at: number): boolean => {
    const now = after.slice(at * LETTERS, (at + 1) * LETTERS);
    return isComparable ? now !== before.slice(at * LETTERS, (at + 1) * LETTERS) : now !== ABSENT;
  };
  return {
    fields: CHANGED_FIELDS.filter((_field, at) => differs(at)),
    sources: SOURCE_NAMES.filter((_source, at) => differs(CHANGED_FIELDS.length + at)),
  };
}

/** Whether two values are equal, whatever the order in which an upstream lists their items. */
export const sameContent = (one: unknown, other: unknown): boolean => inOrder(one) === inOrder(other);

/** JSON with the members of objects, and the items of lists, in one order. */
function inOrder(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOrder).sort().join()}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .map(([name, member]) => `${JSON.stringify(name)}:${inOrder(member)}`)
    .sort()
    .join()}}`;
}

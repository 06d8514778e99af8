import { hash } from 'node:crypto';
import { SOURCE_NAMES, type SourceName } from '../../config/source-names.ts';
import { OrderedJson, textOfItems, textOfMembers } from '../../json/ordered-json.ts';
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

/** What the feed keeps of a content to know later whether it has changed, and in what. */
export interface ContentMarks {
  /** Equal for equal content, whatever the order in which an upstream lists its items. */
  readonly digest: string;
  /** A few letters for each field and source: enough to say later which of them differ. */
  readonly summary: string;
}

export function marksOf({ fields, states, sources }: ProfileContent): ContentMarks {
  const json = new OrderedJson();
  const fieldTexts = json.membersOf(fields);
  const sourceTexts = json.membersOf(sources);
  return {
    digest: digestOf(textOfItems([textOfMembers(fieldTexts), json.textOf(states)])).slice(0, 22),
    summary: [
      ...CHANGED_FIELDS.map((field) => lettersOf(fieldTexts.get(field))),
      ...SOURCE_NAMES.map((source) => lettersOf(sourceTexts.get(source))),
    ].join(''),
  };
}

const digestOf = (text: string): string => hash('sha256', text, 'base64url');

const lettersOf = (text: string | undefined): string =>
  text === undefined ? ABSENT : digestOf(text).slice(0, LETTERS);

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
export function sameContent(one: unknown, other: unknown): boolean {
  const json = new OrderedJson();
  return json.textOf(one) === json.textOf(other);
}

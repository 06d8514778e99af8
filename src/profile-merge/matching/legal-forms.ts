import {
  LEADING_BESIDE_A_FORM,
  LEADING_SPELLINGS,
  LEGAL_FORMS,
  ROMANIAN_FORMS,
  ROMANIAN_PREFIXES,
} from './legal-forms-by-country.ts';
import { normaliseText, withoutTonos } from './normalise.ts';

/** A normalised name in three parts; leading and trailing are spellings of legal forms, or empty. */
export interface SplitName {
  readonly leading: string;
  readonly stem: string;
  readonly trailing: string;
}

/** The legal forms that a spelling can mean, such as `DE GmbH` and `AT GmbH`. */
export type LegalForms = ReadonlySet<string>;

interface Spelling {
  readonly form: string;
  readonly needsDots: boolean;
}

/** The legal forms by their spellings. */
interface SpellingTable {
  readonly asWritten: Map<string, Set<string>>;
  readonly withoutDots: Map<string, Spelling[]>;
  readonly onlyLeading: Map<string, Set<string>>;
}

const JOINED_SCRIPT = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Thai}]/u;
const MAX_LENGTH = 100;
/** "Smith & Co" is a name. */
const AND = / (?:and|und|u|et|y|e|og|och)$/;

const { asWritten, withoutDots, onlyLeading } = readTable();

const LEADING = [
  ...LEADING_SPELLINGS.map(normaliseText),
  ...LEADING_BESIDE_A_FORM,
  ...onlyLeading.keys(),
  ...ROMANIAN_PREFIXES,
].sort(longestFirst);
const JOINED_TRAILING = [...asWritten.keys()].filter((spelling) => JOINED_SCRIPT.test(spelling)).sort(longestFirst);
const LAST_WORDS = new Set([...withoutDots.keys()].map((spelling) => spelling.split(' ').at(-1) ?? ''));
const MAX_WORDS = 1 + Math.max(...[...asWritten.keys()].map((spelling) => spelling.split(/[ .]/).length));

/** Splits the legal form off both ends of a name: "株式会社toyota", "toyota k.k.", "oy karl fazer ab". The stem is never empty. */
export function splitLegalForm(name: string): SplitName {
  const trailing = trailingForm(name);
  const rest = name.slice(0, name.length - trailing.length).trimEnd();
  const leading = leadingForm(rest);
  const stem = rest.slice(leading.length).replace(/^\.(?= )/, '');
  return { leading, stem: stem.trim(), trailing };
}

/** @param words of a normalised name, such as "s. p. a." */
function legalFormsOf(words: string): LegalForms {
  const exactly = asWritten.get(tight(words));
  if (exactly) return exactly;
  const isDotted = words.includes('.');
  // "g. m. b. h." is "gmbh", but "plan a b" is not "plan ab".
  const found =
    withoutDots.get(words.replaceAll('.', '')) ?? (isDotted ? withoutDots.get(words.replace(/[. ]/g, '')) : undefined);
  return new Set((found ?? []).filter(({ needsDots }) => isDotted || !needsDots).map(({ form }) => form));
}

/** The legal forms that the spellings at both ends mean together; empty when there are none, or none in common. */
export function formsAtBothEnds(leading: string, trailing: string): LegalForms {
  const behind = legalFormsOf(trailing);
  if (ROMANIAN_PREFIXES.includes(leading)) return new Set(ROMANIAN_FORMS.filter((form) => behind.has(form)));
  const front = onlyLeading.get(leading) ?? legalFormsOf(leading);
  if (trailing === '') return front;
  if (leading === '') return behind;
  const together = legalFormsOf(`${leading} ${trailing}`);
  return together.size > 0 ? together : new Set([...front].filter((form) => behind.has(form)));
}

/** The longest spelling at the end, unchanged. */
function trailingForm(name: string): string {
  const joined = JOINED_SCRIPT.test(name.slice(-8)) ? JOINED_TRAILING.find((form) => endsWith(name, form)) : undefined;
  if (joined !== undefined) return joined;
  const lastWord = name.slice(name.lastIndexOf(' ') + 1);
  if (lastWord.length > 1 && !lastWord.includes('.') && !LAST_WORDS.has(lastWord)) return '';
  const words = name.slice(-MAX_LENGTH).split(' ');
  for (let count = Math.min(MAX_WORDS, words.length - 1); count > 0; count--) {
    const form = words.slice(-count).join(' ');
    const before = name.slice(0, name.length - form.length).trimEnd();
    const isName = before.endsWith(' and') || (/^co(?:mpany)?\b/.test(form) && AND.test(before));
    if (!isName && /[^ .;]/.test(before.slice(-MAX_LENGTH)) && legalFormsOf(form).size > 0) return form;
  }
  return '';
}

/** The longest spelling at the beginning. */
function leadingForm(name: string): string {
  const form = LEADING.find(
    (spelling) => name.startsWith(spelling) && isBoundary(spelling, name.slice(spelling.length, spelling.length + 2)),
  );
  return form ?? '';
}

const isBoundary = (spelling: string, next: string): boolean =>
  /^(?: |'|\. )/.test(next) || (next !== '' && JOINED_SCRIPT.test(spelling));

const endsWith = (name: string, form: string): boolean => name.length > form.length && name.endsWith(form);

/** "s. p. a." and "s.p.a" are one spelling. */
function tight(spelling: string): string {
  return spelling.replaceAll('. ', '.').replace(/\.$/, '');
}

function longestFirst(one: string, other: string): number {
  return other.length - one.length;
}

function readTable(): SpellingTable {
  const table: SpellingTable = { asWritten: new Map(), withoutDots: new Map(), onlyLeading: new Map() };
  for (const [country, forms] of Object.entries(LEGAL_FORMS))
    for (const [name, spellings] of Object.entries(forms))
      for (const listed of spellings.split(' | ')) addSpelling(table, listed, `${country} ${name}`);
  return table;
}

function addSpelling(table: SpellingTable, listed: string, form: string): void {
  if (listed.startsWith('^')) {
    addTo(table.onlyLeading, normaliseText(listed.slice(1)), form);
    return;
  }
  const spelling = withoutTonos(normaliseText(listed));
  addTo(table.asWritten, tight(spelling), form);
  const plain = spelling.replaceAll('.', '');
  const compact = plain.replaceAll(' ', '');
  const add = (words: string, meaning: Spelling): void => {
    table.withoutDots.set(words, [...(table.withoutDots.get(words) ?? []), meaning]);
  };
  add(plain, { form, needsDots: spelling.includes('.') });
  if (compact !== plain) add(compact, { form, needsDots: true });
}

function addTo(map: Map<string, Set<string>>, key: string, form: string): void {
  map.set(key, new Set([...(map.get(key) ?? []), form]));
}

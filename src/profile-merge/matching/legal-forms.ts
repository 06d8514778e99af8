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

/** The legal forms by their spellings. */
interface SpellingTable {
  readonly asWritten: Map<string, Set<string>>;
  /** Without dots and spaces. */
  readonly bare: Map<string, Set<string>>;
  readonly onlyLeading: Map<string, Set<string>>;
  /** The last words of spellings, without dots. */
  readonly lastWords: Set<string>;
}

const JOINED_SCRIPT = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Thai}]/u;
const MAX_LENGTH = 100;
/** "Smith & Co" is a name. */
const AND = / (?:and|und|u|et|y|e|og|och)$/;

const { asWritten, bare, onlyLeading, lastWords } = readTable();
const NONE: LegalForms = new Set();

const LEADING = [
  ...LEADING_SPELLINGS.map(normaliseText),
  ...LEADING_BESIDE_A_FORM,
  ...onlyLeading.keys(),
  ...ROMANIAN_PREFIXES,
].sort(longestFirst);
const JOINED_TRAILING = [...asWritten.keys()].filter((spelling) => JOINED_SCRIPT.test(spelling)).sort(longestFirst);
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
  // "g. m. b. h." is "gmbh", but "plan a b" is not "plan ab".
  const found = words.includes('.') ? bare.get(bareOf(words)) : undefined;
  return found ?? NONE;
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
  const lastWord = lastWordOf(name);
  if (lastWord.length > 1 && !lastWord.includes('.') && !lastWords.has(lastWord)) return '';
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

/** "s. p. a." is "spa". */
function bareOf(spelling: string): string {
  return spelling.replace(/[. ]/g, '');
}

function lastWordOf(words: string): string {
  return words.slice(words.lastIndexOf(' ') + 1);
}

function longestFirst(one: string, other: string): number {
  return other.length - one.length;
}

function readTable(): SpellingTable {
  const table: SpellingTable = { asWritten: new Map(), bare: new Map(), onlyLeading: new Map(), lastWords: new Set() };
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
  addTo(table.bare, bareOf(spelling), form);
  table.lastWords.add(bareOf(spelling)).add(lastWordOf(spelling.replaceAll('.', '')));
}

function addTo(map: Map<string, Set<string>>, key: string, form: string): void {
  map.set(key, new Set([...(map.get(key) ?? []), form]));
}

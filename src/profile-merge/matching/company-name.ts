import { withoutPartnerCode } from './partner-code.ts';
import {
  JOINED_LEGAL_FORMS,
  LEADING_LEGAL_FORMS,
  type LegalForm,
  legalFormOf,
  mayEndLegalForm,
  MAX_WORDS,
} from './legal-forms.ts';
import { normaliseText } from './normalise.ts';

/** A company name, prepared for comparison. */
export interface CompanyName {
  /** Normalised, without partner code and legal form. */
  readonly stem: string;
  /** null: the name has none. */
  readonly legalForm: LegalForm | null;
}

/**
 * Whether two names can belong to one company: their stems are equal, and so are their legal forms, unless one name has none.
 * "Fairmont Inc." and "Fairmont GmbH" are two companies, each of which may be called "Fairmont".
 */
export function sameName(one: string, other: string): boolean {
  if (one === other) return true;
  const [name, otherName] = [parseName(one), parseName(other)];
  if (name.stem !== otherName.stem) return false;
  return name.legalForm === null || otherName.legalForm === null || name.legalForm === otherName.legalForm;
}

/** Splits a name for comparison. */
export function parseName(name: string): CompanyName {
  const plain = withoutPartnerCodes(readable(name));
  const { stem, legalForm } = splitSuffix(plain) ?? splitJoined(plain) ?? splitPrefix(plain) ?? withoutForm(plain);
  return { stem: withoutQuotes(withoutPartnerCodes(stem)).replace(/ and company$/, ' and co'), legalForm };
}

const withoutForm = (stem: string): CompanyName => ({ stem, legalForm: null });

/** Normalised, "&" written out, and without the commas and full stops that separate a name from its legal form. */
function readable(name: string): string {
  return trimmed(normaliseText(name).replace(/ ?& ?/g, ' and ').replace(/,/g, ' ').replace(/ {2,}/g, ' '));
}

function withoutPartnerCodes(name: string): string {
  for (let shortened = name; ;) {
    const rest = withoutPartnerCode(shortened);
    if (rest === null) return shortened;
    shortened = trimmed(rest);
  }
}

/** Splits "fairmont inc." by its last words; the longest legal form wins. "smith and co" stays whole: that is its name. */
function splitSuffix(name: string): CompanyName | null {
  if (!mayEndLegalForm(name.slice(name.lastIndexOf(' ') + 1))) return null;
  const words = name.slice(-80).split(' ');
  for (let count = Math.min(MAX_WORDS, words.length - 1); count > 0; count--) {
    const suffix = words.slice(-count).join(' ');
    const legalForm = legalFormOf(suffix);
    const stem = trimmed(name.slice(0, name.length - suffix.length));
    if (legalForm === null) continue;
    if (stem.endsWith(' and')) continue;
    return { stem, legalForm };
  }
  return null;
}

/** "株式会社toyota" and "toyota株式会社". */
function splitJoined(name: string): CompanyName | null {
  for (const spelling of JOINED_LEGAL_FORMS) {
    const stem = name.endsWith(spelling)
      ? name.slice(0, name.length - spelling.length)
      : name.startsWith(spelling)
        ? name.slice(spelling.length)
        : '';
    if (trimmed(stem) !== '') return { stem: trimmed(stem), legalForm: legalFormOf(spelling) };
  }
  return null;
}

/** "ооо ромашка". */
function splitPrefix(name: string): CompanyName | null {
  const space = name.indexOf(' ');
  if (space < 1 || space > 8) return null;
  const legalForm = legalFormOf(name.slice(0, space));
  if (legalForm === null || !LEADING_LEGAL_FORMS.has(legalForm)) return null;
  return { stem: trimmed(name.slice(space)), legalForm };
}

const withoutQuotes = (name: string): string => (/^'[^']+'$/.test(name) ? trimmed(name.slice(1, -1)) : name);

/** Without spaces at both ends and separators at the end. */
function trimmed(name: string): string {
  let end = name.length;
  while (end > 0 && ' .;'.includes(name.charAt(end - 1))) end--;
  return end === 0 ? name.trim() : name.slice(0, end).trimStart();
}

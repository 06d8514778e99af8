import { formsAtBothEnds, type LegalForms, splitLegalForm, type SplitName } from './legal-forms.ts';
import { LEADING_BESIDE_A_FORM, TRAILING_BESIDE_A_FORM } from './legal-forms-by-country.ts';
import { normaliseText, withoutTonos } from './normalise.ts';
import { splitPartnerCode } from './partner-code.ts';

/** Legal forms that differ from a word only by their capitals: "Aurora SpA", "Nordwind eG". */
const CASED_FORM = /(?<=[\s,])(?:SpA|eV|eG|eK|eU)(?=$|[\s,;.()[])\.?/g;

/** "In liquidation" at the end of a name, with or without dots: it is still the same company. */
const IN_LIQUIDATION =
  /(?:(?<=(?:gmbh|ag|kg|kgaa|ug|ohg|e\.v\.|e\.g\.|e\.k\.)) i\. ?l| \(?(?:in liquidation|in abwicklung|w likwidacji|en liquidation|en liquidación|in liquidazione|in liquidatie|v likvidaci|u likvidaciji)\)?)$/;
/** The words that may be a form at the end. None ends with another. */
const WORDS = ['spa', ...TRAILING_BESIDE_A_FORM.keys()];

/**
 * A company name, split into normalised parts for comparison; a missing part is empty. The trailing part may be a word such
 * as "spa", which stays in capitals when the whole name is.
 */
export interface CompanyName extends SplitName {
  /** The codes in brackets at its end. */
  readonly codes: readonly string[];
}

/**
 * Whether two names can belong to one company: their stems are equal, and so are their legal forms and codes, unless one
 * name has none. "Fairmont Inc." and "Fairmont GmbH" are two companies, each of which may be called "Fairmont"; so are
 * "Fairmont (HRB 10412)" and "Fairmont (HRB 10413)".
 */
export function sameName(one: string, other: string): boolean {
  if (one === other) return true;
  const [name, otherName] = [parseName(one), parseName(other)];
  return (
    sameCodes(name.codes, otherName.codes) &&
    readings(name).some((reading) => readings(otherName).some((otherReading) => agree(reading, otherReading)))
  );
}

/** Splits a name for comparison. */
export function parseName(name: string): CompanyName {
  const outer = splitCodes(withoutLiquidation(readable(name)));
  const { leading, stem, trailing } = splitLegalForm(withoutQuotes(withoutLiquidation(outer.rest)));
  const inner = splitCodes(trimmed(stem));
  const core = withoutQuotes(inner.rest).replace(/ and company$/, ' and co');
  const codes = [...outer.codes, ...inner.codes];
  const word = trailing === '' ? WORDS.find((ending) => core.endsWith(` ${ending}`)) : undefined;
  if (word === undefined) return { leading, stem: core, trailing, codes };
  const stemBefore = trimmed(core.slice(0, -word.length));
  return { leading, stem: stemBefore, trailing: isInCapitals(name) ? word.toUpperCase() : word, codes };
}

interface Reading {
  readonly stem: string;
  /** Empty: the name has none. */
  readonly forms: LegalForms;
  /** The other name must have the form, too, because its spelling is also a word. */
  readonly needsForm?: boolean;
}

/** "ROSSI SPA" may be an S.p.A. or a spa; "Nordwind EG" is an e.G. only when the other name is one. */
function readings({ leading, stem, trailing }: CompanyName): readonly Reading[] {
  const word = trailing.toLowerCase();
  const form = word === 'spa' ? 's.p.a.' : TRAILING_BESIDE_A_FORM.get(word);
  if (form === undefined) return readingsInFront({ leading, stem, trailing });
  const asWord = readingsInFront({ leading, stem: `${stem} ${word}`, trailing: '' });
  if (word === 'spa' && trailing === word) return asWord;
  const asForm = readingsInFront({ leading, stem, trailing: form });
  return [...asWord, ...asForm.map((reading) => ({ ...reading, needsForm: word !== 'spa' }))];
}

/** "SAS Institute" may be the company Institute, or a name that begins like a form. */
function readingsInFront({ leading, stem, trailing }: SplitName): readonly Reading[] {
  const forms = formsAtBothEnds(leading, trailing);
  if (leading === '') return [{ stem, forms }];
  const whole = { stem: `${leading} ${stem}`, forms: formsAtBothEnds('', trailing) };
  if (forms.size === 0) return [whole];
  const needsForm = LEADING_BESIDE_A_FORM.includes(leading);
  return trailing === '' ? [{ stem, forms, needsForm }, whole] : [{ stem, forms }];
}

const agree = (one: Reading, other: Reading): boolean =>
  one.stem !== '' &&
  one.stem === other.stem &&
  (mayLackForm(one, other) || mayLackForm(other, one) || [...one.forms].some((form) => other.forms.has(form)));

const mayLackForm = (one: Reading, other: Reading): boolean => one.forms.size === 0 && other.needsForm !== true;

/** Whether one name has all codes of the other: a partner adds its own code to one side only. */
function sameCodes(codes: readonly string[], others: readonly string[]): boolean {
  return areAmong(codes, new Set(others)) || areAmong(others, new Set(codes));
}

const areAmong = (codes: readonly string[], all: ReadonlySet<string>): boolean => codes.every((code) => all.has(code));

/** The name normalised, with "&" written out, and without the commas and full stops before its legal form. */
function readable(name: string): string {
  const dotted = name.replace(CASED_FORM, (form) => form.replace(/(\w)\.?/g, '$1.'));
  const plain = withoutTonos(normaliseText(dotted))
    .replace(/ ?& ?/g, ' and ')
    .replace(/[ ,،、]+/g, ' ');
  return trimmed(plain.replace(/ ?\((?:tm|r)\)(?= |$)/g, ''));
}

const withoutLiquidation = (name: string): string => trimmed(name.replace(IN_LIQUIDATION, ''));

/** Whether the name is in capitals, apart from words in brackets. */
const isInCapitals = (name: string): boolean => !/\p{Ll}/u.test(name.replace(/[([][^()[\]]*[)\]]/g, ''));

function splitCodes(name: string): { readonly rest: string; readonly codes: readonly string[] } {
  const codes: string[] = [];
  for (let rest = name; ;) {
    const split = splitPartnerCode(rest);
    if (split === null) return { rest, codes };
    codes.push(split.code);
    rest = trimmed(split.rest);
  }
}

const withoutQuotes = (name: string): string => (/^'[^']+'$/.test(name) ? trimmed(name.slice(1, -1)) : name);

/** The name without spaces at both ends and separators at the end. */
function trimmed(name: string): string {
  let end = name.length;
  while (end > 0 && ' .;'.includes(name.charAt(end - 1))) end--;
  return end === 0 ? name.trim() : name.slice(0, end).trimStart();
}

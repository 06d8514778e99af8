import { formsAtBothEnds, type LegalForms, splitLegalForm, type SplitName } from './legal-forms.ts';
import { normaliseText } from './normalise.ts';
import { splitPartnerCode } from './partner-code.ts';

/** Legal forms that only their capitals tell from a word: "Aurora SpA", "Nordwind eG". */
const CASED_FORM = /(?<=[\s,])(?:SpA|eV|eG|eK|eU)(?=$|[\s,;.()[])/g;

/** A company name in the parts that are compared, all of them normalised; empty where there is none. */
export interface CompanyName extends SplitName {
  /** The codes in brackets at its end. */
  readonly codes: readonly string[];
}

/**
 * Whether two names can belong to one company: their stems are equal, and their legal forms and codes are, too, unless one
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
  const outer = splitCodes(readable(name));
  const { leading, stem, trailing } = splitLegalForm(withoutQuotes(outer.rest));
  const inner = splitCodes(trimmed(stem));
  const core = withoutQuotes(inner.rest).replace(/ and company$/, ' and co');
  return { leading, stem: core, trailing, codes: [...outer.codes, ...inner.codes] };
}

interface Reading {
  readonly stem: string;
  /** Empty: none is known. */
  readonly forms: LegalForms;
}

/** "SAS Institute" may be the company Institute, or have a name that begins like one. */
function readings({ leading, stem, trailing }: CompanyName): readonly Reading[] {
  const forms = formsAtBothEnds(leading, trailing);
  if (leading === '') return [{ stem, forms }];
  const whole = { stem: `${leading} ${stem}`, forms: formsAtBothEnds('', trailing) };
  if (forms.size === 0) return [whole];
  return trailing === '' ? [{ stem, forms }, whole] : [{ stem, forms }];
}

const agree = (one: Reading, other: Reading): boolean =>
  one.stem !== '' &&
  one.stem === other.stem &&
  (one.forms.size === 0 || other.forms.size === 0 || [...one.forms].some((form) => other.forms.has(form)));

/** All codes of one name are among the other's; a partner adds its own to one side only. */
function sameCodes(codes: readonly string[], others: readonly string[]): boolean {
  const [few, many] = codes.length <= others.length ? [codes, others] : [others, codes];
  const among = new Set(many);
  return few.every((code) => among.has(code));
}

/** Normalised, "&" written out, and without the commas and full stops that separate a name from its legal form. */
function readable(name: string): string {
  const plain = normaliseText(name.replace(CASED_FORM, (form) => form.replace(/(?<=.)(?=.)/g, '.')))
    .replace(/ ?& ?/g, ' and ')
    .replace(/[,،、]/g, ' ')
    .replace(/ {2,}/g, ' ');
  return trimmed(plain.replace(/ ?\((?:tm|r)\)(?= |$)/g, ''));
}

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

/** Without spaces at both ends and separators at the end. */
function trimmed(name: string): string {
  let end = name.length;
  while (end > 0 && ' .;'.includes(name.charAt(end - 1))) end--;
  return end === 0 ? name.trim() : name.slice(0, end).trimStart();
}

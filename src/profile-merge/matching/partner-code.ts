/**
 * Words that number a company's own units: "Osprey Fund (SPV-2)" is not "Osprey Fund". A code that begins with one is
 * part of the name.
 */
const NUMBERING_WORDS: ReadonlySet<string> = new Set([
  'no', 'nr', 'num', 'number', 'nos', 'fund', 'funds', 'spv', 'phase', 'unit', 'part', 'series', 'vol', 'lot', 'plot', 'site', 'branch',
  'plant', 'store', 'shop', 'tier', 'level', 'section', 'zone', 'class', 'holding', 'holdings', 'est', 'since', 'block', 'building', 'tower',
  'floor', 'hotel', 'school', 'team', 'group', 'mk', 'region', 'area', 'district', 'fy', 'q', 'h', 'y', 'v',
]); // prettier-ignore

/** Words after which a code of any length is a reference. */
const REFERENCE_WORDS: ReadonlySet<string> = new Set([
  'id', 'ref', 'reference', 'acct', 'account', 'cust', 'customer', 'client', 'partner', 'agr', 'agreement', 'contract', 'vip', 'crm',
]); // prettier-ignore

const CODE = /^([a-z]{0,16})([-_/.:# ]{0,3})(\d{1,16}(?:[-_/.][a-z\d]{1,16}){0,3})$/;
const MAX_CODE_LENGTH = 48;

const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{', '】': '【', '〕': '〔' };

/** A name and the code that stood in brackets at its end. */
interface SplitCode {
  readonly rest: string;
  /** With uniform separators: `agr-1234`. */
  readonly code: string;
}

/**
 * Splits the code off the end of a name: one in brackets with a digit, as in "fairmont (agr-1234)". Brackets without a
 * digit ("(uk)"), numbers that could be a year or count companies ("(2019)", "(no. 2)") and codes of numbering words
 * ("(spv-2)") do not count, because they distinguish companies.
 * @param name normalised
 * @returns null when there is no code at its end, or nothing before it
 */
export function splitPartnerCode(name: string): SplitCode | null {
  const opening = BRACKETS[name.slice(-1)];
  if (opening === undefined) return null;
  const tail = name.slice(-MAX_CODE_LENGTH);
  const start = tail.lastIndexOf(opening);
  const code = start === -1 ? null : readCode(tail.slice(start + 1, -1).trim());
  const rest = name.slice(0, name.length - tail.length + start);
  return code === null || rest.trim() === '' ? null : { rest, code };
}

function readCode(inside: string): string | null {
  const found = CODE.exec(inside);
  if (!found) return null;
  // Each group is in every match.
  const [, word, separator, code] = found as unknown as readonly [string, string, string, string];
  return isCode(word, separator, code) ? `${word}-${code.replace(/[-_/.]/g, '-')}` : null;
}

function isCode(word: string, separator: string, code: string): boolean {
  if (NUMBERING_WORDS.has(word)) return false;
  if (REFERENCE_WORDS.has(word)) return true;
  // No name numbers companies that high, and years have four digits.
  const digitsInARow = Math.max(...code.split(/\D/).map((digits) => digits.length));
  if (digitsInARow >= 5) return true;
  if (word === '') return separator.includes('#') && digitsInARow >= 3;
  if (separator.includes(' ') || separator.includes('.')) return false;
  return word.length >= 2 && (separator !== '' || digitsInARow >= 3);
}

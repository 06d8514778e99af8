/**
 * Words that number a company's own units: "Osprey Fund (SPV-2)" is not "Osprey Fund". A code that begins with one is
 * part of the name.
 */
const NUMBERING_WORDS: ReadonlySet<string> = new Set([
  'no', 'nr', 'num', 'number', 'nos', 'fund', 'funds', 'spv', 'phase', 'unit', 'part', 'series', 'vol', 'lot', 'plot', 'site', 'branch',
  'plant', 'store', 'shop', 'tier', 'level', 'section', 'zone', 'class', 'holding', 'holdings', 'est', 'since', 'block', 'building', 'tower',
  'floor', 'hotel', 'school', 'team', 'group', 'mk', 'region', 'area', 'district', 'fy', 'q', 'h', 'y', 'v',
]); // prettier-ignore

/** Words that mark the code after them as a reference, however short it is. */
const REFERENCE_WORDS: ReadonlySet<string> = new Set([
  'id', 'ref', 'reference', 'acct', 'account', 'cust', 'customer', 'client', 'partner', 'agr', 'agreement', 'contract', 'vip', 'crm',
]); // prettier-ignore

const CODE = /^([a-z]{0,16})([-_/.:# ]{0,3})(\d{1,16}(?:[-_/.][a-z\d]{1,16}){0,3})$/;
const MAX_CODE_LENGTH = 48;

/**
 * A name without the partner's code at its end: one bracketed code with a digit, as in "fairmont (agr-1234)". Brackets
 * without a digit ("(uk)"), numbers that could be a year or count companies ("(2019)", "(no. 2)") and codes of numbering
 * words ("(spv-2)") stay, because they tell companies apart.
 * @param name normalised
 * @returns null when there is no code at its end, or nothing before it
 */
export function withoutPartnerCode(name: string): string | null {
  const opening = { ')': '(', ']': '[', '】': '【' }[name.at(-1) ?? ''];
  if (opening === undefined) return null;
  const tail = name.slice(-MAX_CODE_LENGTH);
  const start = tail.lastIndexOf(opening);
  if (start === -1 || !isCode(tail.slice(start + 1, -1).trim())) return null;
  const rest = name.slice(0, name.length - tail.length + start);
  return rest.trim() === '' ? null : rest;
}

function isCode(inside: string): boolean {
  const [, word = '', separator = '', code = ''] = CODE.exec(inside) ?? [];
  if (code === '' || NUMBERING_WORDS.has(word)) return false;
  if (REFERENCE_WORDS.has(word)) return true;
  // No name counts companies that high, and years have four digits.
  const digitsInARow = Math.max(...(code.match(/\d+/g) ?? []).map((digits) => digits.length));
  if (digitsInARow >= 5) return true;
  if (word === '') return separator.includes('#');
  if (separator.includes(' ') || separator.includes('.')) return false;
  return word.length >= 2 && (separator !== '' || digitsInARow >= 3);
}

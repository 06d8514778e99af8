import { type FieldName } from './names.ts';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const graphemes = (text: string): string[] => Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);

/** Texts are compared up to this length. */
const MAX_COMPARED_CHARACTERS = 2000;

/** A value in three: what both have at the beginning, what differs, what both have at the end. */
export interface Comparison {
  readonly before: string;
  readonly differing: string;
  readonly after: string;
  /** What the winner has in its place. */
  readonly inPlaceOf: string;
}

/** Which part of `value` differs from the winner's: whole words, or characters where one word alone differs. */
export function differingPart(winner: string, value: string): Comparison {
  if (winner.length > MAX_COMPARED_CHARACTERS || value.length > MAX_COMPARED_CHARACTERS)
    return { before: '', differing: value, after: '', inPlaceOf: winner };
  const words = splitAtDifference(wordsOf(winner), wordsOf(value));
  if (!isWord(words.differing) || !isWord(words.inPlaceOf)) return words;
  const letters = splitAtDifference(graphemes(words.inPlaceOf), graphemes(words.differing));
  const isSpelling = letters.differing.length * 2 <= words.differing.length;
  if (!isSpelling) return words;
  return { ...letters, before: words.before + letters.before, after: letters.after + words.after };
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}\p{M}]+|\P{M}\p{M}*/gsu) ?? [];
const isWord = (text: string): boolean => /^[\p{L}\p{N}\p{M}]+$/u.test(text);

function splitAtDifference(ours: readonly string[], theirs: readonly string[]): Comparison {
  const shorter = Math.min(ours.length, theirs.length);
  let start = 0;
  while (start < shorter && ours[start] === theirs[start]) start += 1;
  let end = 0;
  while (end < shorter - start && ours[ours.length - 1 - end] === theirs[theirs.length - 1 - end]) end += 1;
  return {
    before: theirs.slice(0, start).join(''),
    differing: theirs.slice(start, theirs.length - end).join(''),
    after: theirs.slice(theirs.length - end).join(''),
    inPlaceOf: ours.slice(start, ours.length - end).join(''),
  };
}

const STEPS: readonly (readonly [string, (text: string) => string])[] = [
  ['Only spacing differs', (text) => text.replace(/\s+/gu, '')],
  ['Only upper and lower case differ', (text) => text.toLowerCase()],
  [
    'Only characters that cannot be seen, or Unicode forms, differ',
    (text) => text.normalize('NFKC').replace(/\p{Cf}/gu, ''),
  ],
  ['Only punctuation differs', (text) => text.replace(/[\p{P}\p{S}]+/gu, '')],
];

const OF_FIELD: Readonly<Record<FieldName, string>> = {
  name: 'A legal form that one of them lacks, a code in brackets, “&” and quotes make no difference in a name.',
  email: 'What stands around an address and the order of several make no difference.',
  phoneNumber: 'Grouping and 00 in the place of + make no difference.',
  address: 'Case, spacing and absent parts make no difference.',
};

const BRACKETED_CODE = /\s*[([][^)\]]*\d[^)\]]*[)\]]\s*$/u;

/** Why two texts that differ count as equal. */
export function whyEqual(field: FieldName, one: string, other: string): string {
  const only = STEPS.find(([, simplify]) => simplify(one) === simplify(other))?.[0];
  if (only !== undefined) return `${only}, which makes no difference.`;
  const [ours, theirs] = [one.replace(BRACKETED_CODE, ''), other.replace(BRACKETED_CODE, '')];
  if (field === 'name' && ours === theirs) return 'One of them has a code in brackets, which makes no difference.';
  return OF_FIELD[field];
}

/** An invisible character, as a pattern. Line breaks are none, nor is a variation selector behind the character that it varies. */
export const INVISIBLE = String.raw`(?![\n\p{VS}])[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]|(?<![^\0-\x7f])\p{VS}(?!\u20e3)`;
const PIECES = new RegExp(`(${INVISIBLE})`, 'u');

/** Splits a text so that each invisible character becomes a piece with its code. */
export function visiblePieces(text: string): readonly { readonly text: string; readonly isCode: boolean }[] {
  return text
    .split(PIECES)
    .flatMap((piece, at, all) => {
      if (piece === '') return [];
      const isHidden = at % 2 === 1 && !joins(piece, all[at - 1], all[at + 1]);
      return [{ text: isHidden ? codeOf(piece) : piece, isCode: isHidden }];
    });
} // prettier-ignore

/** The text as one plain line: invisible characters become codes, line breaks become ⏎. */
export const visible = (text: string): string =>
  visiblePieces(text.replaceAll('\n', ' ⏎ '))
    .map((piece) => (piece.isCode ? `[${piece.text}]` : piece.text))
    .join('');

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Joiners are part of some scripts and emoji; they count as visible between characters outside ASCII. */
const joins = (piece: string, before = '', after = ''): boolean =>
  (piece === '\u200c' || piece === '\u200d') && /[^\0-\x7f]$/u.test(before) && /^[^\0-\x7f]/u.test(after);

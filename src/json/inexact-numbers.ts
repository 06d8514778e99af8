import { exactNumber, INEXACT_NUMBER } from './exact-number.ts';

/** Numbers that may be inexact: of sixteen characters or more, with an exponent, or very small. */
const SUSPECTS = /([:,[]\s*)(-?(?=\d[\d.]{15}|[\d.]+e|0\.0{6})[\d.]+(?:e[+-]?\d+)?)/gi;

type Suspect = readonly [all: string, before: string, written: string];

/** A string in a JSON text, with its quotes. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * A JSON text with INEXACT_NUMBER, as a string, for each number that JSON.parse would round. It reads each character a few
 * times at most, however many strings and numbers there are.
 */
export function markInexactNumbers(json: string): string {
  const suspects = new RegExp(SUSPECTS);
  let marked = '';
  let copiedTo = 0;
  let string = nextString(json, 0);
  for (let match = suspects.exec(json); match; match = suspects.exec(json)) {
    const [, before, written] = match as unknown as Suspect;
    while (string.end <= match.index) string = nextString(json, string.end);
    if (string.start < match.index) {
      suspects.lastIndex = string.end;
      continue;
    }
    if (exactNumber(written) !== INEXACT_NUMBER) continue;
    marked += json.slice(copiedTo, match.index + before.length) + JSON.stringify(INEXACT_NUMBER);
    copiedTo = suspects.lastIndex;
  }
  return marked + json.slice(copiedTo);
}

/** The first string that begins at `from` or later; beyond the text when there is none. */
function nextString(json: string, from: number): Span {
  const start = json.indexOf('"', from);
  return start === -1 ? { start: Infinity, end: Infinity } : { start, end: endOfString(json, start) };
}

function endOfString(json: string, start: number): number {
  let quote = start;
  do {
    quote = json.indexOf('"', quote + 1);
    if (quote === -1) return json.length;
  } while (isEscaped(json, quote));
  return quote + 1;
}

function isEscaped(json: string, quote: number): boolean {
  let backslashes = 0;
  while (json[quote - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

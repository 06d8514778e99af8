import { exactNumber, INEXACT_NUMBER } from './exact-number.ts';

/** Numbers that may be inexact: of sixteen characters or more, with an exponent, or very small. */
const SUSPECTS = /([:,[]\s*)(-?(?=\d[\d.]{15}|[\d.]+e|0\.0{6})[\d.]+(?:e[+-]?\d+)?)/gi;
const MAX_SUSPECTS = 1000;

/**
 * A JSON text with INEXACT_NUMBER, as a string, for each number that JSON.parse would round.
 * @returns null when too many numbers would have to be checked
 */
export function markInexactNumbers(json: string): string | null {
  const suspects = new RegExp(SUSPECTS);
  let marked = '';
  let copiedTo = 0;
  let stringEnd = 0;
  let checked = 0;
  for (let match = suspects.exec(json); match; match = suspects.exec(json)) {
    const [, before = '', written = ''] = match;
    stringEnd = endOfStringAround(json, stringEnd, match.index);
    if (stringEnd > match.index) {
      suspects.lastIndex = stringEnd;
      continue;
    }
    checked += 1;
    if (checked > MAX_SUSPECTS) return null;
    if (exactNumber(written) !== INEXACT_NUMBER) continue;
    marked += json.slice(copiedTo, match.index + before.length) + JSON.stringify(INEXACT_NUMBER);
    copiedTo = suspects.lastIndex;
  }
  return marked + json.slice(copiedTo);
}

/**
 * Goes from string to string.
 * @param from the end of an earlier string
 * @returns the end of the string that `position` is in, else of the last one before it
 */
function endOfStringAround(json: string, from: number, position: number): number {
  let end = from;
  while (end <= position) {
    const start = json.indexOf('"', end);
    if (start === -1 || start > position) return end;
    end = endOfString(json, start);
  }
  return end;
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

const SHORT = /^[\da-z]{15}$/i;
const LONG = /^[\da-z]{15}[A-Z0-5]{3}$/i;
const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/**
 * The 15 characters of a Salesforce id, which is case-sensitive. The three more characters of the long form say which of
 * the 15 are capitals, so the long form may be written in one case.
 * @returns the id unchanged when it has neither form, or its last three characters do not fit
 */
export function salesforceId(id: string): string {
  if (!LONG.test(id)) return id;
  const suffix = id.slice(15).toUpperCase();
  const short = id.slice(0, 15);
  const isOneCase = id === id.toUpperCase() || id === id.toLowerCase();
  const restored = isOneCase ? withCapitals(short, suffix) : short;
  return suffixOf(restored) === suffix ? restored : id;
}

/** The three characters that make the long form of a short id. @throws RangeError when it is not a short id */
export function suffixOf(short: string): string {
  if (!SHORT.test(short)) throw new RangeError('not the 15 characters of an id');
  const bits = Array.from(short, (character) => Number(/[A-Z]/.test(character)));
  return [0, 5, 10]
    .map((from) => bits.slice(from, from + 5).reduce((sum, bit, at) => sum + bit * 2 ** at, 0))
    .map((number) => SUFFIX.charAt(number))
    .join('');
}

function withCapitals(short: string, suffix: string): string {
  return Array.from(short.toLowerCase(), (character, at) => {
    const number = SUFFIX.indexOf(suffix.charAt(Math.floor(at / 5)));
    return Math.floor(number / 2 ** (at % 5)) % 2 === 1 ? character.toUpperCase() : character;
  }).join('');
}

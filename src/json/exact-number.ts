import { randomUUID } from 'node:crypto';

/** Stands for a number that a double cannot represent. No sender can know it, and it is not an id, a token or a date. */
export const INEXACT_NUMBER = `inexact number ${randomUUID()}`;

/** Thrown when code reads a number that a double cannot represent. */
export class InexactNumberError extends Error {
  constructor() {
    super('a number has too many digits');
    this.name = 'InexactNumberError';
  }
}

type Decimal = readonly [all: string, whole: string, fraction?: string, exponent?: string];
const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/**
 * A decimal number in text, such as `12` or `-0.5`.
 * @returns null when it is not a number; INEXACT_NUMBER when a double cannot represent it, or prints it with an exponent
 */
export function exactNumber(written: string): number | typeof INEXACT_NUMBER | null {
  if (!DECIMAL.test(written)) return null;
  const value = Number(written);
  const kept = String(value);
  if (!/^-?[\d.]+$/.test(kept) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return INEXACT_NUMBER;
  return significant(written) === significant(kept) ? value : INEXACT_NUMBER;
}

/** The significant digits and the place of the first: equal for equal numbers. */
function significant(written: string): string {
  const [, whole, fraction = '', exponent = 0] = DECIMAL.exec(written) as unknown as Decimal;
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = withoutZerosAtEnd(digits);
  return kept === '' ? '0' : `${kept} ${Number(exponent) - fraction.length + digits.length}`;
}

/** A loop, because a pattern would scan a run of zeros once for each of them. */
function withoutZerosAtEnd(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

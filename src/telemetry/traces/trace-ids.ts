import { randomFillSync } from 'node:crypto';

const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;
const ZEROS = '0'.repeat(TRACE_ID_DIGITS);
/** The number of deciding digits: as many as a number represents exactly. */
const DECIDING_DIGITS = 13;
const DECIDING_RANGE = 16 ** DECIDING_DIGITS;
const DECIDING_FROM = TRACE_ID_DIGITS - DECIDING_DIGITS;
const ZERO = '0'.charCodeAt(0);

/**
 * A supply of random digits, of which the first ones are used. Drawing them for one id at a time would cost more than the
 * rest of a trace.
 */
let digits = '';
let used = 0;
const bytes = Buffer.allocUnsafeSlow(4096);

export const newTraceId = (): string => randomHex(TRACE_ID_DIGITS);
export const newSpanId = (): string => randomHex(SPAN_ID_DIGITS);

/**
 * A share of all traces. The last digits of an id decide whether its trace is in the share, so that services with the same rule trace the
 * same requests.
 */
export class TraceShare {
  /** The least deciding digits in the share; null: none are. */
  private readonly least: string | null;

  /** @param ratio 0 to 1 */
  constructor(ratio: number) {
    const least = Math.ceil((1 - ratio) * DECIDING_RANGE);
    this.least = least < DECIDING_RANGE ? least.toString(16).padStart(DECIDING_DIGITS, '0') : null;
  }

  /** Compares digit by digit, and mostly the first one decides: to read them as a number costs more than the rest of a trace. */
  has(traceId: string): boolean {
    if (this.least === null) return false;
    for (let at = 0; at < DECIDING_DIGITS; at += 1) {
      const difference = traceId.charCodeAt(DECIDING_FROM + at) - this.least.charCodeAt(at);
      if (difference !== 0) return difference > 0;
    }
    return true;
  }
}

function randomHex(length: number): string {
  if (used + length > digits.length) {
    digits = randomFillSync(bytes).toString('hex');
    used = 0;
  }
  const hex = digits.slice(used, used + length);
  used += length;
  // An id of zeros is not valid (W3C Trace Context, section 3.2.2).
  return hex.charCodeAt(0) === ZERO && ZEROS.startsWith(hex) ? randomHex(length) : hex;
}

import { randomFillSync } from 'node:crypto';

const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;
const ZEROS = '0'.repeat(TRACE_ID_DIGITS);
/** The number of deciding digits: as many as a number represents exactly. */
const DECIDING_DIGITS = 13;
const DECIDING_RANGE = 16 ** DECIDING_DIGITS;

/**
 * A supply of random digits, of which the first ones are used. Drawing them for one id at a time would cost more than the
 * rest of a trace.
 */
let digits = '';
let used = 0;
const bytes = Buffer.allocUnsafeSlow(4096);

export const newTraceId = (): string => randomHex(TRACE_ID_DIGITS);
export const newSpanId = (): string => randomHex(SPAN_ID_DIGITS);

/** Whether a trace is in this share. The last digits of its id decide, so that services with the same rule trace the same requests. */
export function isInShare(traceId: string, ratio: number): boolean {
  if (ratio >= 1) return true;
  return parseInt(traceId.slice(-DECIDING_DIGITS), 16) >= (1 - ratio) * DECIDING_RANGE;
}

function randomHex(length: number): string {
  if (used + length > digits.length) {
    digits = randomFillSync(bytes).toString('hex');
    used = 0;
  }
  const hex = digits.slice(used, used + length);
  used += length;
  // An id of zeros is not valid (W3C Trace Context, section 3.2.2).
  return ZEROS.startsWith(hex) ? randomHex(length) : hex;
}

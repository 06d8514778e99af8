import { randomFillSync } from 'node:crypto';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
/** Digits that decide: as many as a number holds exactly. */
const DECIDING_DIGITS = 13;
const DECIDING_RANGE = 16 ** DECIDING_DIGITS;

/** Random bytes that are not used yet; drawing them one id at a time would cost more than the rest of a trace. */
const pool = Buffer.allocUnsafeSlow(4096);
let used = pool.length;

export const newTraceId = (): string => randomHex(TRACE_ID_BYTES);
export const newSpanId = (): string => randomHex(SPAN_ID_BYTES);

/** Whether a trace is one of this share. By the last digits of its id, so that services which do the same trace the same requests. */
export function isInShare(traceId: string, ratio: number): boolean {
  if (ratio >= 1) return true;
  return parseInt(traceId.slice(-DECIDING_DIGITS), 16) >= (1 - ratio) * DECIDING_RANGE;
}

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const hex = pool.toString('hex', used, used + bytes);
  used += bytes;
  return /[^0]/.test(hex) ? hex : randomHex(bytes);
}

/** The place of a span in its trace, in the terms of W3C Trace Context. */
export interface TraceParent {
  /** 32 hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** 16 hexadecimal digits, not all zero. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** Version 00, or a later one that begins like it. */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:$|-)/;
const LENGTH = 55;
const SAMPLED = 1;

/** Reads the header `traceparent`. @returns null when there is none, or it is not valid */
export function readTraceparent(header: string | string[] | undefined): TraceParent | null {
  if (typeof header !== 'string') return null;
  const found = TRACEPARENT.exec(header);
  if (!found) return null;
  // Each group is in every match.
  const [, version, traceId, spanId, flags] = found as unknown as readonly [string, string, string, string, string];
  if (version === '00' && header.length !== LENGTH) return null;
  return { traceId, spanId, isSampled: (parseInt(flags, 16) & SAMPLED) === SAMPLED };
}

export function writeTraceparent({ traceId, spanId, isSampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newSpanId, newTraceId, TraceShare } from '../../../src/telemetry/traces/trace-ids.ts';
import { readTraceparent, writeTraceparent } from '../../../src/telemetry/traces/traceparent.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('traceparent (W3C Trace Context)', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    [`00-${TRACE}-${SPAN}-03`, true],
    [`00-${TRACE}-${SPAN}-fe`, false],
    [`cc-${TRACE}-${SPAN}-01-more`, true],
  ])('%s is read', (header, isSampled) => {
    expect(readTraceparent(header)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled });
  });

  it.each([
    undefined,
    '',
    TRACE,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-0`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `cc-${TRACE}-${SPAN}-01more`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-cc-${TRACE}-${SPAN}-01`,
    [`cc-${TRACE}-${SPAN}-01`],
  ])('%s is as none', (header) => {
    expect(readTraceparent(header)).toBeNull();
  });

  it('is written as it is read', () => {
    for (const header of [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`]) {
      const parent = readTraceparent(header);
      expect(parent && writeTraceparent(parent)).toBe(header);
    }
  });
});

describe('ids of our own', () => {
  it('are of the form that traceparent asks for, and differ', () => {
    const ids = Array.from({ length: 2000 }, () => ({ traceId: newTraceId(), spanId: newSpanId(), isSampled: true }));
    for (const id of ids) expect(readTraceparent(writeTraceparent(id))).toEqual(id);
    expect(new Set(ids.map(({ traceId }) => traceId)).size).toBe(ids.length);
    expect(new Set(ids.map(({ spanId }) => spanId)).size).toBe(ids.length);
  });

  it('are sampled by their last digits alone, the larger ones first', () => {
    const ending = (digits: string): string => `${'7'.repeat(32 - digits.length)}${digits}`;
    expect(new TraceShare(0.01).has(ending('f'.repeat(13)))).toBe(true);
    expect(new TraceShare(0.01).has(ending('fd70a3d70a3d8'))).toBe(true);
    expect(new TraceShare(0.01).has(ending('fd70a3d70a3d0'))).toBe(false);
    expect(new TraceShare(0.5).has(ending('8000000000000'))).toBe(true);
    expect(new TraceShare(0.5).has(ending('7ffffffffffff'))).toBe(false);
    expect(new TraceShare(1).has(ending('0'.repeat(13)))).toBe(true);
    expect(new TraceShare(0).has(ending('f'.repeat(13)))).toBe(false);
  });

  it('are sampled as often as their last digits, read as a number, are in the share', () => {
    const digit = fc.integer({ min: 0, max: 15 }).map((value) => value.toString(16));
    const id = fc.array(digit, { minLength: 32, maxLength: 32 }).map((digits) => digits.join(''));
    const ratio = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.01, 0.25, 0.5, 1));
    fc.assert(
      fc.property(id, ratio, (traceId, share) => {
        const isInShare = parseInt(traceId.slice(-13), 16) >= (1 - share) * 16 ** 13;
        expect(new TraceShare(share).has(traceId)).toBe(isInShare);
      }),
    );
  });
});

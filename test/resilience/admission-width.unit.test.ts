import { describe, expect, it } from '@jest/globals';
import { AdmissionWidth, WIDTH } from '../../src/resilience/admission-width.ts';
import { BusyClock } from './busy-clock.ts';

/** Adapts after so long, while the process is as busy as that. */
function newWidth(): {
  readonly widths: AdmissionWidth;
  readonly adapt: (busy: number, running: number, ms?: number) => number;
} {
  const clock = new BusyClock();
  clock.stop();
  const widths = new AdmissionWidth(clock);
  const adapt = (busy: number, running: number, ms: number = WIDTH.adaptAfterMs): number => {
    clock.utilisation = busy;
    clock.advance(ms);
    widths.adapt(running);
    return widths.current;
  };
  return { widths, adapt };
}

describe('the width of admitted work', () => {
  it('shrinks above a share of busy time, when more than its minimum is in progress', () => {
    expect(newWidth().adapt(0.95, 100)).toBe(WIDTH.max);
    expect(newWidth().adapt(0.96, 100)).toBe(80);
    expect(newWidth().adapt(1, 16)).toBe(WIDTH.max);
    expect(newWidth().adapt(1, 17)).toBe(16);
  });

  it('grows below a share of busy time, when all of it is used', () => {
    const after80 = (busy: number, running: number): number => {
      const { adapt } = newWidth();
      expect(adapt(1, 100)).toBe(80);
      return adapt(busy, running);
    };
    expect([after80(0.84, 79), after80(0.84, 80), after80(0.85, 80), after80(0.9, 80)]).toEqual([80, 96, 80, 80]);
    expect(after80(0.9, 10)).toBe(80);
  });

  it('adapts at most so often, and by a measurement that is not too long', () => {
    const { adapt } = newWidth();
    expect(adapt(1, 100, 99)).toBe(WIDTH.max);
    expect(adapt(1, 100, 1)).toBe(80);
    expect(newWidth().adapt(1, 100, 1000)).toBe(80);
    expect(newWidth().adapt(1, 100, 1001)).toBe(WIDTH.max);
  });
});

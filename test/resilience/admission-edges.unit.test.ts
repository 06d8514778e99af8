import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { ADMISSION, Admission, type Arrival } from '../../src/resilience/admission.ts';
import { WIDTH } from '../../src/resilience/admission-width.ts';
import { type Demand } from '../../src/resilience/single-flight.ts';
import { BusyClock } from './busy-clock.ts';

/** Somebody wants the work, however long it takes. */
const ALWAYS: Demand = { signal: new AbortController().signal, wantedUntil: Infinity };
const arrival = (more: Partial<Arrival> = {}): Arrival => ({ kind: 'single', owner: 'shop', withinMs: 1e9, ...more });

let clock: BusyClock;
let admission: Admission;
let ends: (() => void)[];

const admit = (more: Partial<Arrival> = {}): unknown => admission.admit(arrival(more), ALWAYS);
const begin = (owner = 'shop'): void => {
  ends.push(admission.admit(arrival({ owner }), ALWAYS) as () => void);
};

const refuses = (more: Partial<Arrival>): boolean => admission.refuses(arrival(more));

/** 20 pieces of work are in progress, which is the width; five ended now, after 100 ms each. */
beforeEach(() => {
  clock = new BusyClock();
  clock.stop();
  admission = new Admission(clock, () => false);
  ends = [];
  for (let each = 0; each < 25; each += 1) begin(each % 2 === 0 ? 'shop' : 'billing');
  clock.utilisation = 1;
  clock.advance(WIDTH.adaptAfterMs);
  for (const end of ends.splice(20)) end();
  clock.utilisation = 0.9;
});

describe('admission to a process that is full', () => {
  it('refuses work that would spend too much of its spare time waiting', () => {
    // The next of 20 pieces of 100 ms ends after 5 ms, and work may spend three tenths of its spare time waiting.
    expect([refuses({ withinMs: 116 }), refuses({ withinMs: 117 })]).toEqual([true, false]);
  });

  it('estimates the wait by the work ahead: a batch waits for all single reads, too', () => {
    for (const kind of ['single', 'single', 'single', 'batch', 'batch'] as const) void admit({ kind });
    expect(admission.queued).toBe(5);
    const single = { owner: 'new' };
    expect([133, 134].map((withinMs) => refuses({ ...single, withinMs }))).toEqual([true, false]);
    const batch = { owner: 'new', kind: 'batch' } as const;
    expect([183, 184].map((withinMs) => refuses({ ...batch, withinMs }))).toEqual([true, false]);
  });

  it('counts the work that is expected before it', () => {
    expect([166, 167].map((withinMs) => admission.refuses(arrival({ withinMs }), 3))).toEqual([true, false]);
    ends.pop()?.();
    expect([0, 1].map((expected) => admission.refuses(arrival({ withinMs: 0 }), expected))).toEqual([false, true]);
  });

  it('refuses more than its longest queue with the work that is expected', () => {
    for (let each = 0; each < ADMISSION.maxQueue - 2; each += 1) void admit();
    expect([1, 2].map((expected) => admission.refuses(arrival({ withinMs: Infinity }), expected))).toEqual([
      false,
      true,
    ]);
  });

  it('lets the last piece of work count a little in the time of the next one', () => {
    clock.advance(200);
    ends.pop()?.();
    begin();
    // 110 ms: a twentieth of the 200 ms that it took longer.
    expect([128.3, 128.4].map((withinMs) => refuses({ withinMs }))).toEqual([true, false]);
  });

  it('refuses nothing while there is room', () => {
    ends.pop()?.();
    expect([refuses({ withinMs: 0 }), refuses({ kind: 'background' })]).toEqual([false, false]);
  });

  it('refuses work that nobody waits for, however long it could wait', () => {
    expect(refuses({ kind: 'background', withinMs: Infinity })).toBe(true);
  });

  it('refuses more than its longest queue', () => {
    for (let each = 0; each < ADMISSION.maxQueue; each += 1) {
      expect(refuses({ withinMs: Infinity })).toBe(false);
      void admit();
    }
    expect(refuses({ withinMs: Infinity })).toBe(true);
  });

  it('begins what waits as soon as there is room again, so that nobody overtakes it', () => {
    void admit();
    clock.utilisation = 0;
    clock.advance(WIDTH.adaptAfterMs);
    expect(refuses({ kind: 'background' })).toBe(false);
    expect([admission.inFlight, admission.queued]).toEqual([21, 0]);
  });

  it('begins as much as has ended', () => {
    for (let each = 0; each < 3; each += 1) void admit();
    ends.pop()?.();
    expect([admission.inFlight, admission.queued]).toEqual([20, 2]);
  });

  it('refuses at its turn what could no longer end in time, and begins what still can', async () => {
    let wantedUntil = clock.monotonic() + 100;
    const demand: Demand = {
      ...ALWAYS,
      get wantedUntil() {
        return wantedUntil;
      },
    };
    const short = admission.admit(arrival(), { ...ALWAYS, wantedUntil: wantedUntil - 0.1 });
    const enough = admission.admit(arrival(), demand);
    const joined = admission.admit(arrival(), demand);
    ends.pop()?.();
    expect(await short).toBeUndefined();
    expect(await enough).toBeInstanceOf(Function);
    expect([admission.inFlight, admission.queued]).toEqual([20, 1]);
    clock.advance(50);
    // Another caller has joined. The work that ends now took longer, which counts a little.
    wantedUntil += 53;
    ends.pop()?.();
    expect(await joined).toBeInstanceOf(Function);
  });

  it('queues nothing for a caller that has left before', async () => {
    const waiting = admission.admit(arrival(), { ...ALWAYS, signal: AbortSignal.abort() });
    await turn();
    expect(admission.queued).toBe(0);
    expect(await waiting).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { ADMISSION, Admission, type Arrival } from '../../src/resilience/admission.ts';
import { WIDTH } from '../../src/resilience/admission-width.ts';
import { type Demand } from '../../src/resilience/single-flight.ts';
import { BusyClock } from './busy-clock.ts';

/** Somebody wants the work, however long it takes. */
const ALWAYS: Demand = { signal: new AbortController().signal, wantedUntil: Infinity };

function newAdmission(heldBack: ReadonlySet<string> = new Set()): { clock: BusyClock; admission: Admission } {
  const clock = new BusyClock();
  clock.stop();
  return { clock, admission: new Admission(clock, (owner) => heldBack.has(owner)) };
}

const arrival = (more: Partial<Arrival> = {}): Arrival => ({ kind: 'single', owner: 'shop', withinMs: 2000, ...more });

/** Begins work that has its turn at once. */
function begin(admission: Admission, more: Partial<Arrival> = {}): () => void {
  const work = arrival(more);
  if (admission.refuses(work)) throw new Error('it is refused');
  const end = admission.admit(work, ALWAYS);
  if (typeof end !== 'function') throw new Error('it waits');
  return end;
}

/** An admission of `width`, all of it under way, whose work takes so long. */
function full(
  width = 20,
  workMs: number = WIDTH.adaptAfterMs,
): { clock: BusyClock; admission: Admission; ends: (() => void)[] } {
  const { clock, admission } = newAdmission();
  const ends = Array.from({ length: Math.ceil(width / 0.8) }, () => begin(admission));
  clock.utilisation = 1;
  clock.advance(workMs);
  for (const end of ends.splice(width)) end();
  clock.utilisation = 0.9;
  expect([admission.width, admission.inFlight]).toEqual([width, width]);
  return { clock, admission, ends };
}

describe('admission', () => {
  it('takes everything in while the process is not busy', () => {
    const { clock, admission } = newAdmission();
    const ends = Array.from({ length: 1500 }, () => {
      clock.advance(1);
      return begin(admission);
    });
    expect(admission.inFlight).toBe(1500);
    for (const end of ends) end();
    expect([admission.inFlight, admission.queued, admission.width]).toEqual([0, 0, WIDTH.max]);
  });

  it('becomes narrower than what is under way when the process is busy, and wider again when it is not', () => {
    const { clock, admission, ends } = full(40);
    clock.utilisation = 1;
    clock.advance(WIDTH.adaptAfterMs);
    ends.pop()?.();
    expect(admission.width).toBeLessThan(40);
    clock.utilisation = 0.3;
    const narrow = admission.width;
    clock.advance(WIDTH.adaptAfterMs);
    expect(admission.refuses(arrival({ kind: 'background' }))).toBe(true);
    expect(admission.width).toBeGreaterThan(narrow);
  });

  it('is never narrower than its least width, and takes no notice of a measurement over a long time', () => {
    const { clock, admission } = newAdmission();
    const ends = Array.from({ length: 100 }, () => begin(admission));
    clock.utilisation = 1;
    clock.advance(WIDTH.forgetAfterMs + 1);
    ends.pop()?.();
    expect(admission.width).toBe(WIDTH.max);
    for (let each = 0; each < 50; each += 1) {
      clock.advance(WIDTH.adaptAfterMs);
      ends.pop()?.();
      if (ends.length < 20) ends.push(begin(admission));
    }
    expect(admission.width).toBe(WIDTH.min);
  });

  it('lets an owner that is held back have little work in progress, and others as much as there is room for', async () => {
    const heldBack = new Set(['greedy']);
    const { admission } = newAdmission(heldBack);
    const greedy = Array.from({ length: ADMISSION.heldBackWidth }, () => begin(admission, { owner: 'greedy' }));
    const order: string[] = [];
    for (const name of ['first', 'second', 'third'])
      void Promise.resolve(admission.admit(arrival({ owner: 'greedy' }), ALWAYS)).then(() => order.push(name));
    Array.from({ length: 100 }, () => begin(admission, { owner: 'shop' }));
    expect([admission.inFlight, admission.queued]).toEqual([ADMISSION.heldBackWidth + 100, 3]);
    greedy.pop()?.();
    await turn();
    expect(order).toEqual(['first']);
    // It is no longer held back. The next arrival, of any owner, lets its work begin.
    heldBack.clear();
    expect(admission.refuses(arrival({ owner: 'shop' }))).toBe(false);
    await turn();
    expect([order, admission.queued]).toEqual([['first', 'second', 'third'], 0]);
  });

  it('refuses work of an owner that is held back by the work of that owner alone', () => {
    const heldBack = new Set<string>();
    const { clock, admission } = newAdmission(heldBack);
    const greedy = Array.from({ length: 10 }, () => begin(admission, { owner: 'greedy' }));
    heldBack.add('greedy');
    clock.advance(100);
    for (const end of greedy.splice(ADMISSION.heldBackWidth)) end();
    const refuses = (more: Partial<Arrival>): boolean => admission.refuses(arrival({ owner: 'greedy', ...more }));
    // One of eight pieces of 100 ms ends after 12.5 ms, and the work may spend three tenths of its spare time waiting.
    expect([refuses({ withinMs: 141 }), refuses({ withinMs: 142 })]).toEqual([true, false]);
    Array.from({ length: 50 }, () => begin(admission, { owner: 'shop' }));
    for (const kind of ['single', 'single', 'batch'] as const)
      void admission.admit(arrival({ owner: 'greedy', kind }), ALWAYS);
    expect([refuses({ withinMs: 224 }), refuses({ withinMs: 226 })]).toEqual([true, false]);
    const batch = { kind: 'batch' } as const;
    expect([refuses({ ...batch, withinMs: 266 }), refuses({ ...batch, withinMs: 267 })]).toEqual([true, false]);
    expect(refuses({ kind: 'background' })).toBe(true);
    expect(admission.refuses(arrival({ owner: 'shop', withinMs: 0 }))).toBe(false);
  });

  it('refuses at once what could not end in its time, and takes in what could', () => {
    const { admission } = full(20, 1000);
    // 20 pieces in progress, of one second each, so 50 ms for each that is ahead; and a second for itself.
    expect(admission.refuses(arrival({ withinMs: 1160 }))).toBe(true);
    expect(admission.refuses(arrival({ withinMs: 1170 }))).toBe(false);
    expect(admission.admit(arrival({ withinMs: 1170 }), ALWAYS)).toBeInstanceOf(Promise);
    expect(admission.refuses(arrival({ withinMs: 1170 }))).toBe(true);
  });

  it('does not take the first moments of a crowd for the speed of the process', () => {
    const { clock, admission } = newAdmission();
    const ends = Array.from({ length: 100 }, () => begin(admission));
    clock.utilisation = 1;
    clock.advance(WIDTH.adaptAfterMs);
    ends.pop()?.();
    // One piece has ended in the last second, after 100 ms; 99 more are in progress.
    for (let each = 0; each < 100; each += 1) {
      expect(admission.refuses(arrival())).toBe(false);
      void admission.admit(arrival(), ALWAYS);
    }
    expect(admission.queued).toBe(100);
  });

  it('lets single reads go first, then batches; what is behind an answer does not wait', async () => {
    const { admission, ends } = full();
    const order: string[] = [];
    const wait = (kind: Arrival['kind'], owner: string): void => {
      void Promise.resolve(admission.admit(arrival({ kind, owner, withinMs: 100_000 }), ALWAYS)).then(() =>
        order.push(`${kind} of ${owner}`),
      );
    };
    wait('batch', 'shop');
    wait('single', 'shop');
    wait('single', 'shop');
    wait('single', 'other');
    expect(admission.refuses(arrival({ kind: 'background' }))).toBe(true);
    for (const end of ends) end();
    await turn();
    expect(order).toEqual(['single of shop', 'single of other', 'single of shop', 'batch of shop']);
  });

  it('never begins work that nobody waits for any more', async () => {
    const { admission, ends } = full();
    const left = new AbortController();
    const waiting = admission.admit(arrival({ withinMs: 100_000 }), { ...ALWAYS, signal: left.signal });
    left.abort();
    for (const end of ends) end();
    expect(await waiting).toBeUndefined();
    expect([admission.inFlight, admission.queued]).toEqual([0, 0]);
  });

  it('begins each admitted piece of work once or never, whatever happens meanwhile', async () => {
    const step = fc.record({
      what: fc.constantFrom('arrive', 'end', 'leave', 'pass', 'hold', 'release'),
      kind: fc.constantFrom('single', 'batch', 'background'),
      owner: fc.constantFrom('a', 'b'),
      busy: fc.double({ min: 0, max: 1, noNaN: true }),
      wantedMs: fc.constantFrom(50, 300, Infinity),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 150 }), async (steps) => {
        const heldBack = new Set<string>();
        const { clock, admission } = newAdmission(heldBack);
        const ends: (() => void)[] = Array.from({ length: 40 }, () => begin(admission));
        const leaving: AbortController[] = [];
        let [taken, begun, left] = [0, 0, 0];
        for (const { what, kind, owner, busy, wantedMs } of steps) {
          if (what === 'pass') {
            clock.utilisation = busy;
            clock.advance(WIDTH.adaptAfterMs);
          } else if (what === 'hold') heldBack.add(owner);
          else if (what === 'release') heldBack.delete(owner);
          else if (what === 'end') ends.pop()?.();
          else if (what === 'leave') leaving.pop()?.abort();
          else {
            const work = arrival({ kind, owner, withinMs: 1e9 });
            if (admission.refuses(work)) continue;
            const own = new AbortController();
            const demand = { signal: own.signal, wantedUntil: clock.monotonic() + wantedMs };
            taken += 1;
            leaving.push(own);
            void Promise.resolve(admission.admit(work, demand)).then((end) => {
              if (end) ends.push(end);
              if (end) begun += 1;
              else left += 1;
            });
          }
          await turn();
        }
        while (ends.length > 0) {
          ends.pop()?.();
          await turn();
        }
        expect([begun + left, admission.inFlight, admission.queued]).toEqual([taken, 0, 0]);
      }),
      { numRuns: 60 },
    );
  });
});

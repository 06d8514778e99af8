import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { ADMISSION, Admission, type Arrival, NotAdmitted } from '../../src/resilience/admission.ts';
import { WIDTH } from '../../src/resilience/admission-width.ts';
import { BusyClock } from './busy-clock.ts';

const never = new AbortController().signal;
const arrival = (more: Partial<Arrival> = {}): Arrival => ({ kind: 'single', owner: 'shop', withinMs: 1e9, ...more });

let clock: BusyClock;
let admission: Admission;
let ends: (() => void)[];

const admit = (more: Partial<Arrival> = {}): unknown => admission.admit(arrival(more), never);
const begin = (owner = 'shop'): void => {
  ends.push(admission.admit(arrival({ owner }), never) as () => void);
};

/** After how long work may come again that does not wait at all. */
function refusalOf(more: Partial<Arrival>): number {
  try {
    admit({ withinMs: 0, ...more });
  } catch (error) {
    if (error instanceof NotAdmitted) return error.retryAfterMs;
  }
  throw new Error('it was admitted');
}

/** 20 pieces of work are in progress, which is the width; five ended now, after 100 ms each. */
beforeEach(() => {
  clock = new BusyClock();
  clock.stop();
  admission = new Admission(clock, () => true);
  ends = [];
  for (let each = 0; each < 25; each += 1) begin(each % 2 === 0 ? 'shop' : 'billing');
  clock.utilisation = 1;
  clock.advance(WIDTH.adaptAfterMs);
  for (const end of ends.splice(20)) end();
  clock.utilisation = 0.9;
});

describe('admission to a process that is full', () => {
  it('refuses work that would spend more than half of its spare time waiting', () => {
    expect(() => admit({ withinMs: 499 })).toThrow('there is more work than can be done in time');
    expect(admit({ withinMs: 500 })).toBeInstanceOf(Promise);
  });

  it('estimates the wait by the work ahead: a batch waits for all single reads, too', () => {
    for (const kind of ['single', 'single', 'single', 'batch', 'batch'] as const) void admit({ kind });
    expect(admission.queued).toBe(5);
    expect([refusalOf({ owner: 'new' }), refusalOf({ kind: 'batch', owner: 'new' })]).toEqual([400, 1000]);
  });

  it('estimates one piece of work when none has ended lately', () => {
    clock.advance(2000);
    expect(refusalOf({})).toBe(100);
  });

  it('lets the last piece of work count a little in the time of the next one', () => {
    clock.advance(200);
    ends.pop()?.();
    begin();
    expect(refusalOf({ kind: 'background' })).toBe(110);
  });

  it('refuses more than its longest queue', () => {
    for (let each = 0; each < ADMISSION.maxQueue; each += 1) void admit({ withinMs: Infinity });
    expect(() => admit({ withinMs: Infinity })).toThrow(NotAdmitted);
  });

  it('lets nobody overtake the queue when there is room again', () => {
    void admit();
    clock.utilisation = 0;
    clock.advance(WIDTH.adaptAfterMs);
    expect(admit()).toBeInstanceOf(Promise);
    expect(admission.width).toBeGreaterThan(admission.inFlight);
  });

  it('begins as much as has ended', () => {
    for (let each = 0; each < 3; each += 1) void admit();
    ends.pop()?.();
    expect([admission.inFlight, admission.queued]).toEqual([20, 2]);
  });

  it('queues nothing for a caller that has left before', async () => {
    const waiting = admission.admit(arrival(), AbortSignal.abort());
    await turn();
    expect(admission.queued).toBe(0);
    expect(await waiting).toBeUndefined();
  });
});

it('two thirds of the work are not nearly all of it', () => {
  const widthOf = (owners: readonly string[]): number => {
    admission = new Admission(clock, () => true);
    ends = [];
    for (const owner of owners) begin(owner);
    clock.utilisation = 0.7;
    clock.advance(WIDTH.adaptAfterMs);
    ends.pop()?.();
    return admission.width;
  };
  expect(widthOf(['shop', 'shop', 'billing'])).toBe(WIDTH.max);
  expect(widthOf(['shop', 'shop', 'shop', 'billing'])).toBe(3);
});

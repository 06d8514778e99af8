import { beforeEach, describe, expect, it } from '@jest/globals';
import { SingleFlight, type Start, type Work } from '../../src/resilience/single-flight.ts';
import { TestClock } from '../support/test-clock.ts';

const ALWAYS = (): boolean => true;
const NEVER = new AbortController().signal;

let flights: SingleFlight<string>;
let clock: TestClock;

beforeEach(() => {
  clock = new TestClock();
  clock.stop();
  flights = new SingleFlight(clock);
});

/** Work that the test ends, and that counts how often it was begun. */
function controlled(): {
  readonly begun: AbortSignal[];
  readonly start: Start<string>;
  readonly end: PromiseWithResolvers<string>;
  readonly write: PromiseWithResolvers<undefined>;
} {
  const end = Promise.withResolvers<string>();
  const write = Promise.withResolvers<undefined>();
  const begun: AbortSignal[] = [];
  const start: Start<string> = ({ signal }, onSent) => {
    begun.push(signal);
    onSent();
    return { result: end.promise, soFar: () => undefined, joinableUntil: write.promise };
  };
  return { begun, start, end, write };
}

const done = (result: string): Work<string> => ({ result: Promise.resolve(result), soFar: () => undefined });

describe('calls with the same key', () => {
  it('share one flight and its result; a call after its end begins a new one', async () => {
    const { begun, start, end, write } = controlled();
    const joins = [1, 2, 3].map(() => flights.join('key', ALWAYS, start));
    expect(joins.map(({ joined }) => joined)).toStrictEqual([false, true, true]);
    const other = flights.join('other', ALWAYS, () => done('its own'));
    const results = joins.map(({ flight }) => flight.hold(NEVER));
    end.resolve('the result');
    expect(await Promise.all(results)).toStrictEqual(['the result', 'the result', 'the result']);
    expect(await other.flight.hold(NEVER)).toBe('its own');
    write.resolve(undefined);
    await write.promise;
    expect(flights.join('key', ALWAYS, start).joined).toBe(false);
    expect(begun).toHaveLength(2);
  });

  it('join a flight that has its result until it is no longer joinable', async () => {
    const { start, end } = controlled();
    const first = flights.join('key', ALWAYS, start).flight.hold(NEVER);
    end.resolve('the result');
    await first;
    const { flight, joined } = flights.join('key', ({ ended, value }) => ended && value === 'the result', start);
    expect([joined, await flight.hold(NEVER)]).toStrictEqual([true, 'the result']);
  });

  it('fail together, and the failure is not kept', async () => {
    const broken = Promise.reject<string>(new Error('broken'));
    const start = (): Work<string> => ({ result: broken, soFar: () => undefined });
    const holds = [1, 2].map(() => flights.join('key', ALWAYS, start).flight.hold(NEVER));
    const results = await Promise.allSettled(holds);
    expect(results.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
    expect(await flights.join('key', ALWAYS, () => done('well')).flight.hold(NEVER)).toBe('well');
  });

  it('do not join a flight that does not serve them; the new one takes its place', async () => {
    const { start, end, write } = controlled();
    const first = flights.join('key', ALWAYS, start).flight;
    clock.advance(1);
    const now = clock.now();
    const second = flights.join('key', ({ sentAt }) => sentAt !== null && sentAt >= now, controlled().start);
    expect(second.joined).toBe(false);
    end.resolve('the result');
    write.resolve(undefined);
    expect(await first.hold(NEVER)).toBe('the result');
    expect(flights.inFlight).toStrictEqual([second.flight]);
  });
});

describe('a flight', () => {
  it('goes on for the callers who stay, and is aborted when the last one leaves', async () => {
    const { begun, start } = controlled();
    const [first, last] = [new AbortController(), new AbortController()];
    const { flight } = flights.join('key', ALWAYS, start);
    const holds = [first, last].map(({ signal }) => flight.hold(signal));
    first.abort();
    expect(await holds[0]).toBeUndefined();
    expect(begun[0]?.aborted).toBe(false);
    last.abort();
    expect(await holds[1]).toBeUndefined();
    expect(begun[0]?.aborted).toBe(true);
  });

  it('is aborted when its only caller had left before', async () => {
    const { begun, start } = controlled();
    expect(await flights.join('key', ALWAYS, start).flight.hold(AbortSignal.abort())).toBeUndefined();
    expect(begun[0]?.aborted).toBe(true);
  });

  it('is not joined once it is aborted', async () => {
    const { start } = controlled();
    const leaving = new AbortController();
    const left = flights.join('key', ALWAYS, start).flight.hold(leaving.signal);
    leaving.abort();
    await left;
    expect(await flights.join('key', ALWAYS, () => done('anew')).flight.hold(NEVER)).toBe('anew');
  });

  it('goes on without callers when it is to be kept', async () => {
    const { begun, start } = controlled();
    const leaving = new AbortController();
    const { flight } = flights.join('key', ALWAYS, start);
    flight.keep();
    const left = flight.hold(leaving.signal);
    leaving.abort();
    await left;
    expect(begun[0]?.aborted).toBe(false);
  });

  it('is wanted until the time of its last caller is over, and always when it is to be kept', () => {
    const { flight } = flights.join('key', ALWAYS, controlled().start);
    const wanted: number[] = [];
    for (const until of [200, 300, 250]) {
      void flight.hold(NEVER, until);
      wanted.push(flight.wantedUntil);
    }
    flight.keep();
    expect([...wanted, flight.wantedUntil]).toEqual([200, 300, 300, Infinity]);
    const { flight: patient } = flights.join('patient', ALWAYS, controlled().start);
    void patient.hold(NEVER);
    expect(patient.wantedUntil).toBe(Infinity);
  });

  it('says what there is of its result before it has ended', () => {
    const parts = ['one'];
    const partial = new SingleFlight<readonly string[], readonly string[]>(clock);
    const work = { result: new Promise<readonly string[]>(() => undefined), soFar: () => [...parts] };
    const { flight } = partial.join('key', ALWAYS, () => work);
    parts.push('two');
    expect(flight.value).toStrictEqual(['one', 'two']);
  });
});

describe('work that needs no caller', () => {
  it('is begun once for all who ask for its result while it runs', async () => {
    const work = Promise.withResolvers<string>();
    let begun = 0;
    const run = (): Promise<string> =>
      flights.run('key', () => {
        begun += 1;
        return work.promise;
      });
    const results = [run(), run()];
    expect([begun, flights.has('key'), flights.has('other')]).toEqual([1, true, false]);
    work.resolve('done');
    expect(await Promise.all(results)).toEqual(['done', 'done']);
    expect(flights.has('key')).toBe(false);
  });

  it('continues when it is kept, and all its callers leave', () => {
    const { start } = controlled();
    const { flight } = flights.join('key', ALWAYS, start);
    const leaving = [new AbortController(), new AbortController()];
    flight.keep();
    for (const { signal } of leaving) void flight.hold(signal);
    for (const caller of leaving) {
      caller.abort();
      expect(flight.signal.aborted).toBe(false);
    }
  });

  it('says when its request was sent', () => {
    let send = (): void => undefined;
    const { flight } = flights.join('key', ALWAYS, (_signal, onSent) => {
      send = onSent;
      return { result: Promise.resolve(''), soFar: () => undefined };
    });
    expect(flight.sentAt).toBeNull();
    clock.advance(5);
    send();
    expect(flight.sentAt).toBe(clock.now());
  });
});

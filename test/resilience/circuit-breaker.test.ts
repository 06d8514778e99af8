import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Breaker, type Health } from '../../src/upstream/breaker.ts';

/** Makes so many calls at `now` and tells how they went. @returns how many were admitted */
function calls(breaker: Breaker, count: number, health: Health, now: number): number {
  let admitted = 0;
  for (let call = 0; call < count; call += 1) {
    const tell = breaker.admit(now);
    tell?.(health, now);
    if (tell) admitted += 1;
  }
  return admitted;
}

function opened(now = 0): Breaker {
  const breaker = new Breaker();
  calls(breaker, 20, 'sick', now);
  return breaker;
}

describe('a breaker', () => {
  it('opens when half of at least twenty calls within ten seconds were sick', () => {
    const breaker = new Breaker();
    calls(breaker, 10, 'well', 0);
    calls(breaker, 9, 'sick', 5000);
    expect(breaker.stateName).toBe('closed');
    calls(breaker, 1, 'sick', 5000);
    expect(breaker.stateName).toBe('open');
  });

  it('stays closed for nineteen failures, for fewer than half, and for failures long ago', () => {
    const few = new Breaker();
    calls(few, 19, 'sick', 0);
    const fewer = new Breaker();
    calls(fewer, 101, 'well', 0);
    calls(fewer, 100, 'sick', 0);
    const longAgo = new Breaker();
    calls(longAgo, 19, 'sick', 0);
    calls(longAgo, 5, 'sick', 20_000);
    expect([few, fewer, longAgo].map(({ stateName }) => stateName)).toStrictEqual(['closed', 'closed', 'closed']);
  });

  it('does not count what says nothing', () => {
    const breaker = new Breaker();
    calls(breaker, 1000, 'neutral', 0);
    calls(breaker, 19, 'sick', 0);
    expect(breaker.stateName).toBe('closed');
  });

  it('admits nothing for three seconds, and says how long that is', () => {
    const breaker = opened();
    expect(breaker.opensInMs(1000)).toBe(2000);
    expect(calls(breaker, 100, 'well', 2999)).toBe(0);
  });

  it('then admits one probe at a time: well closes it, sick opens it again', () => {
    const breaker = opened();
    const tell = breaker.admit(3000);
    expect(breaker.stateName).toBe('half-open');
    expect(breaker.admit(3001)).toBeNull();
    tell?.('sick', 3500);
    expect(breaker.stateName).toBe('open');
    expect(breaker.opensInMs(3500)).toBe(3000);
    expect(calls(breaker, 1, 'well', 6500)).toBe(1);
    expect(breaker.stateName).toBe('closed');
  });

  it('lets the next one probe when a probe came to nothing', () => {
    const breaker = opened();
    breaker.admit(3000)?.('neutral', 3100);
    expect(breaker.stateName).toBe('half-open');
    expect(calls(breaker, 1, 'well', 3200)).toBe(1);
    expect(breaker.stateName).toBe('closed');
  });

  it('is not moved by calls that were admitted before it opened', () => {
    const breaker = new Breaker();
    const late = Array.from({ length: 50 }, () => breaker.admit(0));
    calls(breaker, 20, 'sick', 0);
    const probe = breaker.admit(3000);
    for (const tell of late) tell?.('sick', 3100);
    expect(breaker.stateName).toBe('half-open');
    probe?.('well', 3200);
    expect(breaker.stateName).toBe('closed');
  });

  it('starts with a clean sheet when it closes', () => {
    const breaker = opened();
    calls(breaker, 1, 'well', 3000);
    calls(breaker, 18, 'sick', 3000);
    expect(breaker.stateName).toBe('closed');
  });

  it('never admits while open, and two probes never at once, whatever happens', () => {
    const event = fc.record({
      afterMs: fc.integer({ min: 0, max: 2000 }),
      lastsMs: fc.integer({ min: 0, max: 4000 }),
      health: fc.constantFrom<Health>('well', 'sick', 'sick', 'sick', 'neutral'),
    });
    fc.assert(
      fc.property(fc.array(event, { minLength: 30, maxLength: 200 }), (events) => {
        const breaker = new Breaker();
        const underWay: { endsAt: number; tell: () => void }[] = [];
        let now = 0;
        for (const { afterMs, lastsMs, health } of events) {
          now += afterMs;
          for (const call of underWay.filter(({ endsAt }) => endsAt <= now)) call.tell();
          underWay.splice(0, underWay.length, ...underWay.filter(({ endsAt }) => endsAt > now));
          const mustNot = breaker.opensInMs(now) > 0;
          const tell = breaker.admit(now);
          expect(mustNot && tell !== null).toBe(false);
          if (tell) underWay.push({ endsAt: now + lastsMs, tell: () => { tell(health, now); } }); // prettier-ignore
          expect(breaker.stateName === 'half-open' && breaker.admit(now) !== null).toBe(false);
        }
      }),
    );
  });
});

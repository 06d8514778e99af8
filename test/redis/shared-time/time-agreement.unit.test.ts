import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLOCK_SKEW_MS, CLOCK_TOLERANCE_MS } from '../../../src/config/clock.ts';
import {
  agreedTime,
  errorAfter,
  JUNIOR_MS,
  type OwnTime,
  type StoredTime,
} from '../../../src/redis/shared-time/time-agreement.ts';

const HOUR_MS = 3_600_000;
const START = 1_800_000_000_000;

/** A Redis whose clock jumps, and what is left in it. */
class FakeRedis {
  jumpMs = 0;
  stored: StoredTime | null = null;
}

/** A process with elapsed time of its own. */
class FakeProcess {
  private agreed: { readonly since: number; readonly at: number; readonly correctionMs: number; readonly errorMs: number } | null = null; // prettier-ignore
  private readonly redis: FakeRedis;
  private aheadMs: number;

  constructor(redis: FakeRedis, aheadMs: number) {
    this.redis = redis;
    this.aheadMs = aheadMs;
  }

  now(real: number): number {
    return real + this.aheadMs;
  }

  /** Its elapsed time has run fast by so much. */
  drift(ms: number): void {
    this.aheadMs += ms;
  }

  /** Its elapsed time has stood still for so long. */
  pause(ms: number): void {
    this.aheadMs -= ms;
  }

  ask(real: number): void {
    const { redis, agreed } = this;
    const own: OwnTime | null = agreed && {
      now: this.now(real),
      correctionMs: agreed.correctionMs,
      seniorityMs: real - agreed.since,
      errorMs: errorAfter(agreed.errorMs, real - agreed.at),
    };
    const { now, correctionMs, errorMs } = agreedTime(real + redis.jumpMs, redis.stored, own, 1);
    this.aheadMs = now - real;
    this.agreed = { since: agreed?.since ?? real, at: real, correctionMs, errorMs };
    if (own) redis.stored = { correctionMs, saidLast: now, seniorityMs: own.seniorityMs };
  }
}

/** A fleet that has agreed for longer than a junior. */
function fleet(size: number): { redis: FakeRedis; processes: FakeProcess[]; real: number } {
  const redis = new FakeRedis();
  const processes = Array.from({ length: size }, (_none, index) => new FakeProcess(redis, (index - 1) * HOUR_MS));
  for (let real = START; real <= START + 2 * JUNIOR_MS; real += 1000) for (const one of processes) one.ask(real);
  return { redis, processes, real: START + 2 * JUNIOR_MS };
}

const expectNear = (processes: readonly FakeProcess[], real: number, withinMs = CLOCK_TOLERANCE_MS): void => {
  for (const one of processes) expect(Math.abs(one.now(real) - real)).toBeLessThanOrEqual(withinMs);
};

describe('the time that processes agree on', () => {
  it('is Redis’s at the start, wherever the machines’ clocks stand (R9, W4)', () => {
    const { processes, real } = fleet(3);
    expectNear(processes, real);
  });

  it.each([-2, -1, 1, 2])(
    'is kept when Redis’s clock jumps by %i h, also by those that start afterwards (E3)',
    (hours) => {
      const { redis, processes, real } = fleet(3);
      redis.jumpMs = hours * HOUR_MS;
      for (const one of processes) one.ask(real + 1000);
      const later = new FakeProcess(redis, 5 * HOUR_MS);
      later.ask(real + 2000);
      for (const one of [...processes, later]) one.ask(real + 3000);
      expectNear([...processes, later], real + 3000);
    },
  );

  it.each([-999, -700, -150, 150, 700, 999])(
    'is kept when Redis’s clock jumps by %i ms, at each moment and by each process (W2, E3)',
    (jumpMs) => {
      const { redis, processes, real } = fleet(3);
      redis.jumpMs = jumpMs;
      for (const [index, one] of processes.entries()) {
        one.ask(real + 1000 + 300 * index);
        expectNear(processes, real + 1000 + 300 * index, CLOCK_SKEW_MS);
      }
      const later = new FakeProcess(redis, 5 * HOUR_MS);
      later.ask(real + 2000);
      for (const one of [...processes, later]) one.ask(real + 3000);
      expectNear([...processes, later], real + 3000, CLOCK_SKEW_MS);
    },
  );

  it('is Redis’s for a process that has drifted while it was idle, and the others keep it', () => {
    const { processes, real } = fleet(3);
    const [idle, ...others] = processes;
    for (const one of others) one.ask(real + 10 * 60_000);
    idle?.drift(400);
    idle?.ask(real + 10 * 60_000);
    expectNear(processes, real + 10 * 60_000, 1);
  });

  it('is Redis’s for a process whose machine drifts while it asks', () => {
    const { redis, processes, real } = fleet(1);
    for (let at = real; at < real + HOUR_MS; at += 1000) {
      for (const one of processes) {
        one.drift(0.5);
        one.ask(at);
      }
    }
    expectNear(processes, real + HOUR_MS, CLOCK_SKEW_MS);
    expect(redis.stored?.correctionMs).toBe(0);
  });

  it('is that of the others for a process that was paused for a moment', () => {
    const { processes, real } = fleet(3);
    const [paused, ...others] = processes;
    for (const one of others) one.ask(real + 1000);
    paused?.pause(800);
    paused?.ask(real + 1200);
    for (const one of processes) one.ask(real + 2000);
    expectNear(processes, real + 2000, 1);
  });

  it.each([-2, 2])('is kept when Redis’s clock jumps by %i h and a process that starts asks first (E3)', (hours) => {
    const { redis, processes, real } = fleet(2);
    redis.jumpMs = hours * HOUR_MS;
    const newcomer = new FakeProcess(redis, 0);
    for (let at = real + 20_000; at < real + 30_000; at += 1000) newcomer.ask(at);
    for (const one of [...processes, newcomer]) one.ask(real + 30_000);
    for (const one of [...processes, newcomer]) one.ask(real + 31_000);
    expectNear([...processes, newcomer], real + 31_000);
  });

  it('is that of the others for a process that was paused', () => {
    const { processes, real } = fleet(3);
    const [paused, ...others] = processes;
    for (const one of others) one.ask(real + HOUR_MS);
    paused?.pause(HOUR_MS);
    paused?.ask(real + HOUR_MS);
    for (const one of processes) one.ask(real + HOUR_MS + 1000);
    expectNear(processes, real + HOUR_MS + 1000);
  });

  it('does not go back for a process that starts after Redis’s clock was put back', () => {
    const { redis, real } = fleet(1);
    redis.jumpMs = -HOUR_MS;
    const newcomer = new FakeProcess(redis, 0);
    newcomer.ask(real + 1000);
    expect(newcomer.now(real + 1000)).toBeGreaterThanOrEqual(real);
  });

  it('holds through any jumps of Redis’s clock, in any order of questions', () => {
    const step = fc.record({
      jumpMs: fc.constantFrom(0, 0, 0, -2 * HOUR_MS, 2 * HOUR_MS, 90_000, -1500, -900, 400, 120),
      order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { redis, processes, real } = fleet(3);
        let at = real;
        for (const { jumpMs, order } of steps) {
          redis.jumpMs += jumpMs;
          at += 1000;
          for (const index of order) processes[index]?.ask(at);
        }
        for (const one of processes) one.ask(at + 1000);
        expectNear(processes, at + 1000, CLOCK_SKEW_MS);
      }),
      { numRuns: 500 },
    );
  });

  it('is not made worse by an answer that came late', () => {
    const own = { now: START, correctionMs: 0, seniorityMs: 10_000, errorMs: 1 };
    const stored = { correctionMs: 0, saidLast: START, seniorityMs: 10_000 };
    // It says 200 ms more and may be wrong by 240.
    expect(agreedTime(START + 200, stored, own, 240)).toMatchObject({ now: START, errorMs: 1 });
    // Nor does its own time correct Redis's when it rests on an answer that came late.
    const unsure = { ...own, errorMs: 240 };
    for (const saysMs of [200, -200])
      expect(agreedTime(START + saysMs, stored, unsure, 1)).toStrictEqual({
        now: START + saysMs,
        correctionMs: 0,
        errorMs: 1,
      });
  });
});

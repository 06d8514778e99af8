import { Clock, type Timer } from '../../src/config/clock.ts';

interface PendingTimer {
  dueAt: number;
  /** Its duration. */
  readonly ms: number;
  readonly repeats: boolean;
  readonly fire: () => void;
}

/**
 * A clock that a test moves. It runs until it is stopped; from then on no time passes and no timer fires except by
 * `advance`, however long the machine takes. Services share one when they are to have the same time.
 */
export class TestClock extends Clock {
  /** Added to the machine's time while the clock runs. */
  private advancedMs = 0;
  private jumpedMs = 0;
  /** The machine's monotonic and wall time when the clock was stopped; null while it runs. */
  private stoppedAt: { readonly monotonic: number; readonly wall: number } | null = null;
  /** Those due first come first. */
  private readonly pending: PendingTimer[] = [];
  private readonly waiting = new Set<() => void>();
  private alarm: NodeJS.Timeout | undefined;

  /** @param aheadMs how far the machine's clock is ahead from the start */
  constructor(aheadMs = 0) {
    super();
    this.jumpedMs = aheadMs;
    this.agreeOn(this.timeOfDay());
  }

  /** While time stands still, the test alone moves it. */
  override agreeOn(now: number): void {
    if (!this.stoppedAt) super.agreeOn(now);
  }

  override timeOfDay(): number {
    return (this.stoppedAt?.wall ?? Date.now()) + this.advancedMs + this.jumpedMs;
  }

  override monotonic(): number {
    return (this.stoppedAt?.monotonic ?? performance.now()) + this.advancedMs;
  }

  /** The event loop is idle while a test lets time pass. */
  override loopTime(): ReturnType<Clock['loopTime']> {
    if (this.stoppedAt) return { busyMs: 0, idleMs: this.monotonic() };
    const { busyMs, idleMs } = super.loopTime();
    return { busyMs, idleMs: idleMs + this.advancedMs };
  }

  override after(ms: number, fire: () => void): Timer {
    return this.set(ms, fire, false);
  }

  override every(ms: number, fire: () => void): Timer {
    return this.set(ms, fire, true);
  }

  /** Stops time at a whole millisecond, so that durations are exact. */
  stop(): void {
    this.stoppedAt ??= { monotonic: Math.ceil(performance.now()), wall: Date.now() };
    clearTimeout(this.alarm);
  }

  /** Time passes by itself again, from where it stands. */
  run(): void {
    if (!this.stoppedAt) return;
    this.advancedMs += this.stoppedAt.monotonic - performance.now();
    this.jumpedMs += this.stoppedAt.wall - Date.now() - (this.stoppedAt.monotonic - performance.now());
    this.stoppedAt = null;
    this.setAlarm();
  }

  /** So much time passes at once: what becomes due fires, in its order, at its own time. */
  advance(ms: number): void {
    const advancedMs = this.advancedMs + ms;
    const end = this.monotonic() + ms;
    for (let next = this.pending[0]; next && next.dueAt <= end; next = this.pending[0]) {
      this.advancedMs += Math.max(0, next.dueAt - this.monotonic());
      this.fire(next);
    }
    this.advancedMs = Math.max(this.advancedMs, advancedMs);
    this.setAlarm();
  }

  /** The machine's time of day jumps; no time passes. */
  jump(ms: number): void {
    this.jumpedMs += ms;
  }

  /** Whether `count` timers are pending that were set for such a time. */
  isSet(isIt: (ms: number) => boolean, count = 1): boolean {
    let found = 0;
    for (const { ms } of this.pending) if (isIt(ms)) found += 1;
    return found >= count;
  }

  /**
   * How long until the first of the timers that were set for such a time is due, in whole milliseconds, as time stands at one;
   * Infinity: none is pending.
   */
  leftMs(isIt: (ms: number) => boolean): number {
    const { dueAt = Infinity } = this.pending.find(({ ms }) => isIt(ms)) ?? {};
    return Math.floor(dueAt - this.monotonic());
  }

  /** Resolves as soon as `isSet` holds, or when `givenUp`. */
  async whenSet(isIt: (ms: number) => boolean, count = 1, givenUp?: AbortSignal): Promise<void> {
    while (!this.isSet(isIt, count) && !givenUp?.aborted) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const wake = (): void => {
        resolve(undefined);
      };
      this.waiting.add(wake);
      givenUp?.addEventListener('abort', wake);
      await promise;
      this.waiting.delete(wake);
      givenUp?.removeEventListener('abort', wake);
    }
  }

  private set(ms: number, fire: () => void, repeats: boolean): Timer {
    const timer = { dueAt: this.monotonic() + ms, ms, repeats, fire };
    this.add(timer);
    this.setAlarm();
    for (const wake of this.waiting) wake();
    return {
      cancel: () => {
        this.remove(timer);
      },
    };
  }

  /** Behind those that are due at the same time. */
  private add(timer: PendingTimer): void {
    const at = this.pending.findLastIndex(({ dueAt }) => dueAt <= timer.dueAt) + 1;
    this.pending.splice(at, 0, timer);
  }

  private remove(timer: PendingTimer): void {
    const at = this.pending.indexOf(timer);
    if (at !== -1) this.pending.splice(at, 1);
  }

  private fire(timer: PendingTimer): void {
    this.remove(timer);
    if (timer.repeats) {
      timer.dueAt += timer.ms;
      this.add(timer);
    }
    timer.fire();
  }

  private setAlarm(): void {
    clearTimeout(this.alarm);
    if (this.stoppedAt) return;
    const [next] = this.pending;
    if (!next) return;
    this.alarm = setTimeout(
      () => {
        this.advance(0);
      },
      Math.ceil(Math.max(0, next.dueAt - this.monotonic())),
    ).unref();
  }
}

import { Clock, type Timer } from '../../src/config/clock.ts';

interface PendingTimer {
  dueAt: number;
  /** What it was set for. */
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
  private readonly pending = new Set<PendingTimer>();
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

  /** While time stands still, no event loop is busy. */
  override loopTime(): ReturnType<Clock['loopTime']> {
    return this.stoppedAt ? { busyMs: 0, idleMs: 0 } : super.loopTime();
  }

  override after(ms: number, fire: () => void): Timer {
    return this.set(ms, fire, false);
  }

  override every(ms: number, fire: () => void): Timer {
    return this.set(ms, fire, true);
  }

  /** Time stands still from now on, at a whole millisecond: what is said of it is exact. */
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
    for (let next = this.next(); next && next.dueAt <= end; next = this.next()) {
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
    return [...this.pending].filter(({ ms }) => isIt(ms)).length >= count;
  }

  /** Resolves as soon as `isSet` holds. */
  async whenSet(isIt: (ms: number) => boolean, count = 1): Promise<void> {
    while (!this.isSet(isIt, count)) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const wake = (): void => {
        resolve(undefined);
      };
      this.waiting.add(wake);
      await promise;
      this.waiting.delete(wake);
    }
  }

  private set(ms: number, fire: () => void, repeats: boolean): Timer {
    const timer = { dueAt: this.monotonic() + ms, ms, repeats, fire };
    this.pending.add(timer);
    this.setAlarm();
    for (const wake of this.waiting) wake();
    return {
      cancel: () => {
        this.pending.delete(timer);
      },
    };
  }

  private next(): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.pending) if (!next || timer.dueAt < next.dueAt) next = timer;
    return next;
  }

  private fire(timer: PendingTimer): void {
    if (timer.repeats) timer.dueAt += timer.ms;
    else this.pending.delete(timer);
    timer.fire();
  }

  private setAlarm(): void {
    clearTimeout(this.alarm);
    const next = this.next();
    if (this.stoppedAt || !next) return;
    this.alarm = setTimeout(
      () => {
        this.advance(0);
      },
      Math.ceil(Math.max(0, next.dueAt - this.monotonic())),
    ).unref();
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, type Timer } from '../config/clock.ts';

/** Work in the background that runs again and again, an interval after it has ended, until it is stopped. */
export class RecurringTask {
  private readonly stopping = new AbortController();
  private timer: Timer | null = null;
  private inFlight: Promise<void> = Promise.resolve();

  /** @param run never rejects; its signal fires when the task is stopped */
  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
    private readonly run: (signal: AbortSignal) => Promise<void>,
  ) {}

  /** Runs it for the first time after `firstMs`. Call it once. */
  start(firstMs = this.intervalMs): void {
    if (this.stopping.signal.aborted) return;
    this.timer = this.clock.after(firstMs, () => {
      this.inFlight = this.runOnce();
    });
  }

  /** Runs it no more. Resolves when the run under way has ended. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    this.stopping.abort();
    await this.settled();
  }

  /** Resolves when no run is under way. */
  async settled(): Promise<void> {
    await this.inFlight;
  }

  private async runOnce(): Promise<void> {
    // After all else that is due now.
    await nextTurn();
    if (this.stopping.signal.aborted) return;
    await this.run(this.stopping.signal);
    this.start();
  }
}

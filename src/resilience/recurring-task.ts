import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, type Timer } from '../config/clock.ts';

/** Background work that runs again an interval after each end, until it is stopped. */
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

  /** Stops it. Resolves when a run in progress has ended. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    this.stopping.abort();
    await this.settled();
  }

  /** Resolves when no run is in progress. */
  async settled(): Promise<void> {
    await this.inFlight;
  }

  private async runOnce(): Promise<void> {
    // After all other work that is due now.
    await nextTurn();
    if (this.stopping.signal.aborted) return;
    await this.run(this.stopping.signal);
    this.start();
  }
}

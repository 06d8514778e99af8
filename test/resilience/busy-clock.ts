import { TestClock } from '../support/test-clock.ts';

/** A clock whose event loop is as busy as a test says, from now on. */
export class BusyClock extends TestClock {
  private busy = 0;
  private countedUntil = this.monotonic();
  private busyMs = 0;
  private idleMs = 0;

  /** @param busy 0 to 1 */
  set utilisation(busy: number) {
    this.loopTime();
    this.busy = busy;
  }

  override loopTime(): { readonly busyMs: number; readonly idleMs: number } {
    const ms = this.monotonic() - this.countedUntil;
    this.countedUntil += ms;
    this.busyMs += ms * this.busy;
    this.idleMs += ms * (1 - this.busy);
    return { busyMs: this.busyMs, idleMs: this.idleMs };
  }
}

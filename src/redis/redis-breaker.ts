import { type Clock, type Timer } from '../config/clock.ts';

const SICK_IN_A_ROW = 2;
const OPEN_MS = 1000;
const JITTER = 0.2;

/**
 * Opens when Redis has failed twice in a row. About a second later it asks Redis itself whether it is well again, and closes
 * when it is; until then nobody is let through, so no caller waits for a Redis that is known to be sick.
 */
export class RedisBreaker {
  private state: 'closed' | 'half-open' | 'open' = 'closed';
  private sickInARow = 0;
  private timer: Timer | undefined;

  /** @param probe resolves when Redis is well */
  constructor(
    private readonly clock: Clock,
    private readonly probe: () => Promise<unknown>,
  ) {}

  get stateName(): 'closed' | 'half-open' | 'open' {
    return this.state;
  }

  well(): void {
    this.sickInARow = 0;
  }

  sick(): void {
    this.sickInARow += 1;
    if (this.state === 'closed' && this.sickInARow >= SICK_IN_A_ROW) this.open();
  }

  /** A connection has been made, on which Redis has answered already. */
  close(): void {
    this.timer?.cancel();
    this.state = 'closed';
    this.sickInARow = 0;
  }

  /** Asks nothing any more. */
  stop(): void {
    this.timer?.cancel();
  }

  private open(): void {
    this.state = 'open';
    // Processes that share a Redis must not come back all at once.
    const openMs = OPEN_MS * (1 - JITTER + 2 * JITTER * Math.random());
    this.timer = this.clock.after(openMs, () => void this.tryAgain());
  }

  private async tryAgain(): Promise<void> {
    this.state = 'half-open';
    const isWell = await this.probe().then(
      () => true,
      () => false,
    );
    // A new connection may have closed it meanwhile.
    if (this.stateName !== 'half-open') return;
    if (isWell) this.close();
    else this.open();
  }
}

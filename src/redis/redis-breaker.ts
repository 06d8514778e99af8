import { type Clock, type Timer } from '../config/clock.ts';
import { type CallOutcome, CircuitBreaker, type CircuitBreakerState } from '../resilience/circuit-breaker.ts';

/** Two failures in a row open it. Processes that share a Redis must not come back all at once, hence the jitter. */
const OPTIONS = {
  failureRateThreshold: 1,
  minimumCalls: 2,
  window: { calls: 2 },
  openDurationMs: 1000,
  openDurationJitter: 0.2,
  halfOpenCalls: 1,
};

/** After this many slow answers in a row each further one is a failure; the tenth opens the breaker. */
const SLOW_PERMITTED = 8;

/** How a command ended. `slow`: with an answer, after more than half of `REDIS_TIMEOUT_MS`. */
export type CommandEnd = 'quick' | 'slow' | 'failed';

/**
 * The circuit breaker of one Redis server. When it has been open for its time, a probe of its own decides whether it closes. No
 * command is permitted before, so no caller waits for a Redis that does not answer, or is always slow.
 */
export class RedisBreaker {
  private readonly breaker = new CircuitBreaker(OPTIONS);
  private timer: Timer | undefined;
  private slowInRow = 0;
  /** Monotonic milliseconds of the last slow answer that counted. */
  private slowAt = -Infinity;

  /** @param probe resolves when Redis answers again */
  constructor(
    private readonly clock: Clock,
    private readonly probe: () => Promise<CommandEnd>,
  ) {}

  get stateName(): CircuitBreakerState {
    return this.breaker.stateName;
  }

  /** @returns records how the command ended; null: the command is not permitted */
  tryAcquire(): ((end: CommandEnd) => void) | null {
    return this.stateName === 'closed' ? this.acquire() : null;
  }

  /** Closes it, for a new connection, on which Redis has answered already. */
  reset(): void {
    this.timer?.cancel();
    this.slowInRow = 0;
    this.breaker.reset();
  }

  /** Sends no further probe. */
  stop(): void {
    this.timer?.cancel();
  }

  private acquire(): ((end: CommandEnd) => void) | null {
    const startedAt = this.clock.monotonic();
    const record = this.breaker.tryAcquire(startedAt);
    if (!record) return null;
    return (end) => {
      const endedAt = this.clock.monotonic();
      record(this.outcomeOf(end, startedAt, endedAt), endedAt);
      if (this.stateName === 'open') this.probeLater();
    };
  }

  private outcomeOf(end: CommandEnd, startedAt: number, endedAt: number): CallOutcome {
    if (end === 'failed') return 'failure';
    if (end === 'quick') {
      this.slowInRow = 0;
      return 'success';
    }
    // Commands that waited at the same time, for example behind a big one, have met one delay together.
    if (startedAt < this.slowAt) return 'ignored';
    this.slowAt = endedAt;
    this.slowInRow += 1;
    return this.slowInRow > SLOW_PERMITTED ? 'failure' : 'success';
  }

  private probeLater(): void {
    this.timer?.cancel();
    this.slowInRow = 0;
    const waitMs = Math.max(1, Math.ceil(this.breaker.retryInMs(this.clock.monotonic())));
    this.timer = this.clock.after(waitMs, () => void this.sendProbe());
  }

  private async sendProbe(): Promise<void> {
    const record = this.acquire();
    if (!record) {
      // The timer fired a little early by the clock that elapsed time is read from.
      this.probeLater();
      return;
    }
    const end = await this.probe().catch(() => 'failed' as const);
    record(end === 'quick' ? 'quick' : 'failed');
  }
}

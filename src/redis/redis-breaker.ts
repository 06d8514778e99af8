import { type Clock, type Timer } from '../config/clock.ts';
import { type CallOutcome, CircuitBreaker, type CircuitBreakerState } from '../resilience/circuit-breaker.ts';

/** Two failures in a row open it. The jitter keeps processes that share a Redis from coming back all at once. */
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

/** How a command ended. `slow`: the answer took more than half of `REDIS_TIMEOUT_MS`. */
export type CommandEnd = 'quick' | 'slow' | 'failed';

/**
 * The circuit breaker of one Redis server. After its open time its own probe decides whether it closes. Before that it
 * permits no command, so no caller waits for a Redis that does not answer, or is always slow.
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

  /** Closes it for a new connection, on which Redis has already answered. */
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
    // Commands that waited at the same time, for example behind a big one, share one delay, which counts once.
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
      // The timer fired a little early by the monotonic clock.
      this.probeLater();
      return;
    }
    const end = await this.probe().catch(() => 'failed' as const);
    record(end === 'quick' ? 'quick' : 'failed');
  }
}

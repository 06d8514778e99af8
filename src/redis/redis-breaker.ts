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

/**
 * The circuit breaker of Redis. When it has been open for its time, a probe of its own decides whether it closes. No command
 * is permitted before, so no caller waits for a Redis that does not answer.
 */
export class RedisBreaker {
  private readonly breaker = new CircuitBreaker(OPTIONS);
  private timer: Timer | undefined;

  /** @param probe resolves when Redis answers again */
  constructor(
    private readonly clock: Clock,
    private readonly probe: () => Promise<unknown>,
  ) {}

  get stateName(): CircuitBreakerState {
    return this.breaker.stateName;
  }

  /** @returns records the outcome of the command; null: the command is not permitted */
  tryAcquire(): ((outcome: CallOutcome) => void) | null {
    return this.stateName === 'closed' ? this.acquire() : null;
  }

  /** Closes it, for a new connection, on which Redis has answered already. */
  reset(): void {
    this.timer?.cancel();
    this.breaker.reset();
  }

  /** Sends no further probe. */
  stop(): void {
    this.timer?.cancel();
  }

  private acquire(): ((outcome: CallOutcome) => void) | null {
    const record = this.breaker.tryAcquire(this.clock.monotonic());
    if (!record) return null;
    return (outcome) => {
      record(outcome, this.clock.monotonic());
      if (this.stateName === 'open') this.probeLater();
    };
  }

  private probeLater(): void {
    this.timer?.cancel();
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
    const isAnswered = await this.probe().then(
      () => true,
      () => false,
    );
    record(isAnswered ? 'success' : 'failure');
  }
}

import { RollingCount } from './rolling-count.ts';

/** How a call counts; `ignored`: it says nothing about the upstream, as when its caller left. */
export type CallOutcome = 'success' | 'failure' | 'ignored';

type State =
  | { readonly name: 'closed' }
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'half-open'; probing: boolean };

const WINDOW_MS = 10_000;
/** With fewer calls than this in the window the breaker stays closed. */
const MIN_CALLS = 20;
const FAILURE_RATE_THRESHOLD = 0.5;
const OPEN_DURATION_MS = 3000;

/**
 * A circuit breaker. It opens when half of the last ten seconds' calls failed, permits one probe after three seconds, and closes
 * when the probe succeeds. Times are monotonic milliseconds.
 */
export class CircuitBreaker {
  private state: State = { name: 'closed' };
  private readonly calls = new RollingCount(WINDOW_MS);
  private readonly failures = new RollingCount(WINDOW_MS);

  get stateName(): State['name'] {
    return this.state.name;
  }

  /** Milliseconds until a probe may be tried; 0 when not open. */
  retryInMs(now: number): number {
    return this.state.name === 'open' ? Math.max(0, this.state.until - now) : 0;
  }

  /** @returns records the outcome of the call; null: the call is not permitted */
  tryAcquire(now: number): ((outcome: CallOutcome, endedAt: number) => void) | null {
    if (this.state.name === 'open' && now >= this.state.until) this.state = { name: 'half-open', probing: false };
    if (this.state.name === 'open' || (this.state.name === 'half-open' && this.state.probing)) return null;
    const acquired = this.state;
    if (acquired.name === 'half-open') acquired.probing = true;
    return (outcome, endedAt) => {
      // A call that was permitted in an earlier state does not count in this one.
      if (this.state === acquired) this.record(outcome, endedAt);
    };
  }

  private record(outcome: CallOutcome, now: number): void {
    if (this.state.name === 'half-open') {
      if (outcome === 'ignored') this.state.probing = false;
      else this.enter(outcome === 'success' ? { name: 'closed' } : { name: 'open', until: now + OPEN_DURATION_MS });
      return;
    }
    if (outcome === 'ignored') return;
    this.calls.add(now);
    if (outcome === 'failure') this.failures.add(now);
    const calls = this.calls.total(now);
    if (calls >= MIN_CALLS && this.failures.total(now) >= calls * FAILURE_RATE_THRESHOLD)
      this.enter({ name: 'open', until: now + OPEN_DURATION_MS });
  }

  private enter(state: State): void {
    this.state = state;
    this.calls.clear();
    this.failures.clear();
  }
}

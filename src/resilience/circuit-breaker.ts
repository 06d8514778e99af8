import { type CallWindow, type CallWindowSize, newCallWindow } from './call-window.ts';

/** How a call counts; `ignored`: it says nothing about the far side, as when its caller left. */
export type CallOutcome = 'success' | 'failure' | 'ignored';

export const CIRCUIT_BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
export type CircuitBreakerState = (typeof CIRCUIT_BREAKER_STATES)[number];

/** The states as values of a metric. */
export const CIRCUIT_BREAKER_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const satisfies Record<
  CircuitBreakerState,
  number
>;

export interface CircuitBreakerOptions {
  /** It opens when this share of the calls in the window failed: above 0, at most 1. */
  readonly failureRateThreshold: number;
  /** With fewer calls than this in the window it stays closed. */
  readonly minimumCalls: number;
  readonly window: CallWindowSize;
  readonly openDurationMs: number;
  /** Each open duration is longer or shorter by a random share up to this one; absent: none. */
  readonly openDurationJitter?: number;
  /** Probes at once while it is half-open. The first one that succeeds or fails decides. */
  readonly halfOpenMaxCalls: number;
}

type State =
  | { readonly name: 'closed'; readonly window: CallWindow }
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'half-open'; probes: number };

/**
 * A circuit breaker. It opens when too many calls failed, permits probes after a while, and closes when one succeeds. Times are
 * monotonic milliseconds.
 */
export class CircuitBreaker {
  private state: State;

  constructor(private readonly options: CircuitBreakerOptions) {
    this.state = this.closed();
  }

  get stateName(): CircuitBreakerState {
    return this.state.name;
  }

  /** Milliseconds until a probe may be tried; 0 when not open. */
  retryInMs(now: number): number {
    return this.state.name === 'open' ? Math.max(0, this.state.until - now) : 0;
  }

  /** @returns records the outcome of the call; null: the call is not permitted */
  tryAcquire(now: number): ((outcome: CallOutcome, endedAt: number) => void) | null {
    if (this.state.name === 'open' && now >= this.state.until) this.state = { name: 'half-open', probes: 0 };
    const acquired = this.state;
    if (acquired.name === 'open') return null;
    if (acquired.name === 'half-open') {
      if (acquired.probes >= this.options.halfOpenMaxCalls) return null;
      acquired.probes += 1;
    }
    return (outcome, endedAt) => {
      // A call that was permitted in an earlier state does not count in this one.
      if (this.state === acquired) this.record(acquired, outcome, endedAt);
    };
  }

  /** Closes it, and forgets all calls so far. */
  reset(): void {
    this.state = this.closed();
  }

  private record(state: Exclude<State, { name: 'open' }>, outcome: CallOutcome, now: number): void {
    if (state.name === 'half-open') {
      if (outcome === 'ignored') state.probes -= 1;
      else this.state = outcome === 'success' ? this.closed() : this.open(now);
      return;
    }
    if (outcome === 'ignored') return;
    const { window } = state;
    window.add(outcome === 'failure', now);
    const calls = window.calls(now);
    if (calls >= this.options.minimumCalls && window.failures(now) >= calls * this.options.failureRateThreshold)
      this.state = this.open(now);
  }

  private closed(): State {
    return { name: 'closed', window: newCallWindow(this.options.window) };
  }

  private open(now: number): State {
    const { openDurationMs, openDurationJitter = 0 } = this.options;
    return { name: 'open', until: now + openDurationMs * (1 + openDurationJitter * (2 * Math.random() - 1)) };
  }
}

import { type CallSample, type CallWindow, type CallWindowSize, newCallWindow } from './call-window.ts';

/**
 * How a call counts. `cut-off`: it was cancelled before its timeout, and counts the more the longer it had waited.
 * `ignored`: it says nothing about the upstream.
 */
export type CallOutcome = 'success' | 'failure' | 'cut-off' | 'ignored';

export const CIRCUIT_BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
export type CircuitBreakerState = (typeof CIRCUIT_BREAKER_STATES)[number];

/** The states as values of a metric. */
export const CIRCUIT_BREAKER_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const satisfies Record<
  CircuitBreakerState,
  number
>;

export interface CircuitBreakerOptions {
  /** It opens when this share of the calls in the window has failed: above 0, at most 1. */
  readonly failureRateThreshold: number;
  /** With fewer calls than this in the window it stays closed. */
  readonly minimumCalls: number;
  /** Fewer calls are enough when the failed ones together took this many timeouts of a call. */
  readonly slowCalls?: { readonly minimumTimeouts: number; readonly timeoutMs: number };
  readonly window: CallWindowSize;
  readonly openDurationMs: number;
  /** The open duration doubles each time that the probes fail, up to this; absent: it stays the same. */
  readonly maxOpenDurationMs?: number;
  /** Each open duration is longer or shorter by a random share up to this one; absent: none. */
  readonly openDurationJitter?: number;
  /** How many probes it judges while it is half-open, by the same share. */
  readonly halfOpenCalls: number;
}

/** A call that was cut off before this share of its timeout says nothing. */
const MIN_CUT_OFF_SHARE = 0.2;
/** A call that took this share of its timeout counts as timed out, even if it was cut off. */
export const SLOW_SHARE = 0.8;

/** It opens after this many times `minimumCalls` failures in a row, which an upstream that fails at random hardly ever shows. */
const RUN_LENGTH = 2;

type State =
  | { readonly name: 'closed'; readonly window: CallWindow }
  | { readonly name: 'open'; readonly until: number; readonly durationMs: number }
  | { readonly name: 'half-open'; readonly durationMs: number; inFlight: number; calls: number; failures: number };

/**
 * A circuit breaker. It opens when nearly all calls fail, permits a few probes after a while, and judges them like other
 * calls. An upstream that answers some calls is still called. Times are monotonic milliseconds.
 */
export class CircuitBreaker {
  private state: State;
  private failuresInARow = 0;
  private failedAt = 0;

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

  /** Whether it would permit a call now. */
  permits(now: number): boolean {
    const { state } = this;
    if (state.name === 'open') return now >= state.until;
    return state.name === 'closed' || state.inFlight + state.calls < this.options.halfOpenCalls;
  }

  /** @returns a function that records the outcome of the call; null: the call is not permitted */
  tryAcquire(now: number): ((outcome: CallOutcome, endedAt: number) => void) | null {
    if (!this.permits(now)) return null;
    if (this.state.name === 'open')
      this.state = { name: 'half-open', durationMs: this.state.durationMs, inFlight: 0, calls: 0, failures: 0 };
    const acquired = this.state;
    if (acquired.name === 'half-open') acquired.inFlight += 1;
    return (outcome, endedAt) => {
      // A call from an earlier state does not count in this one.
      if (this.state !== acquired) return;
      const sample = this.sampleOf(outcome, endedAt - now);
      if (acquired.name === 'half-open') this.recordProbe(acquired, sample, endedAt);
      else if (sample) this.record(acquired.window, sample, endedAt);
    };
  }

  /** Closes it and forgets all earlier calls. */
  reset(): void {
    this.state = this.closed();
  }

  /** @returns null when the call says nothing */
  private sampleOf(outcome: CallOutcome, durationMs: number): CallSample | null {
    if (outcome === 'ignored') return null;
    if (outcome === 'success') return { calls: 1, failures: 0, timeouts: 0 };
    const share = durationMs / (this.options.slowCalls?.timeoutMs ?? Infinity);
    const timeouts = share >= SLOW_SHARE ? 1 : share;
    if (outcome === 'failure') return { calls: 1, failures: 1, timeouts };
    return share >= MIN_CUT_OFF_SHARE ? { calls: timeouts, failures: timeouts, timeouts } : null;
  }

  private record(window: CallWindow, sample: CallSample, now: number): void {
    window.add(sample, now);
    const { failureRateThreshold, minimumCalls, slowCalls, openDurationMs } = this.options;
    // A success never opens it, even when earlier successes have just left the window.
    if (sample.failures === 0) {
      this.failuresInARow = 0;
      return;
    }
    const isRunOver = 'ms' in this.options.window && now - this.failedAt > this.options.window.ms;
    this.failuresInARow = (isRunOver ? 0 : this.failuresInARow) + sample.failures;
    this.failedAt = now;
    const { calls, failures, timeouts } = window.total(now);
    const isEnough = calls >= minimumCalls || timeouts >= (slowCalls?.minimumTimeouts ?? Infinity);
    const isRate = isEnough && failures >= calls * failureRateThreshold;
    // A run of failures reveals an upstream that has just stopped answering before its answers have left the window.
    if (isRate || this.failuresInARow >= RUN_LENGTH * minimumCalls) this.open(now, openDurationMs);
  }

  private recordProbe(state: Extract<State, { name: 'half-open' }>, sample: CallSample | null, now: number): void {
    const { halfOpenCalls, failureRateThreshold, openDurationMs, maxOpenDurationMs = openDurationMs } = this.options;
    state.inFlight -= 1;
    state.calls += sample?.calls ?? 0;
    state.failures += sample?.failures ?? 0;
    // Decides as soon as the missing probes cannot change the result.
    const successes = state.calls - state.failures;
    if (state.failures >= halfOpenCalls * failureRateThreshold)
      this.open(now, Math.min(2 * state.durationMs, maxOpenDurationMs));
    else if (successes > halfOpenCalls * (1 - failureRateThreshold)) this.state = this.closed();
  }

  private closed(): State {
    this.failuresInARow = 0;
    return { name: 'closed', window: newCallWindow(this.options.window) };
  }

  private open(now: number, durationMs: number): void {
    const jitter = (this.options.openDurationJitter ?? 0) * (2 * Math.random() - 1);
    this.state = { name: 'open', until: now + durationMs * (1 + jitter), durationMs };
  }
}

import { RollingCount } from './rolling-count.ts';

/** How a call bears on the health of the far side; `neutral`: it says nothing, as when its caller left. */
export type Health = 'well' | 'sick' | 'neutral';

type State =
  | { readonly name: 'closed' }
  | { readonly name: 'open'; readonly until: number }
  | { readonly name: 'half-open'; probing: boolean };

const WINDOW_MS = 10_000;
/** Fewer calls than this in the window prove nothing. */
const LEAST_CALLS = 20;
const SICK_SHARE = 0.5;
const OPEN_MS = 3000;

/**
 * A circuit breaker: opens when half of the last ten seconds' calls failed, lets one probe through after three seconds,
 * and closes when that does well. Times are monotonic milliseconds, handed in.
 */
export class Breaker {
  private state: State = { name: 'closed' };
  private readonly calls = new RollingCount(WINDOW_MS);
  private readonly sick = new RollingCount(WINDOW_MS);

  get stateName(): State['name'] {
    return this.state.name;
  }

  /** Milliseconds until a probe may be tried; 0 when not open. */
  opensInMs(now: number): number {
    return this.state.name === 'open' ? Math.max(0, this.state.until - now) : 0;
  }

  /** @returns what to tell the outcome to; null when the call must not be made */
  admit(now: number): ((health: Health, endedAt: number) => void) | null {
    if (this.state.name === 'open' && now >= this.state.until) this.state = { name: 'half-open', probing: false };
    if (this.state.name === 'open' || (this.state.name === 'half-open' && this.state.probing)) return null;
    const admitted = this.state;
    if (admitted.name === 'half-open') admitted.probing = true;
    return (health, endedAt) => {
      // What was admitted in an earlier state says nothing about the state of now.
      if (this.state === admitted) this.record(health, endedAt);
    };
  }

  private record(health: Health, now: number): void {
    if (this.state.name === 'half-open') {
      if (health === 'neutral') this.state.probing = false;
      else this.enter(health === 'well' ? { name: 'closed' } : { name: 'open', until: now + OPEN_MS });
      return;
    }
    if (health === 'neutral') return;
    this.calls.add(now);
    if (health === 'sick') this.sick.add(now);
    const calls = this.calls.total(now);
    if (calls >= LEAST_CALLS && this.sick.total(now) >= calls * SICK_SHARE)
      this.enter({ name: 'open', until: now + OPEN_MS });
  }

  private enter(state: State): void {
    this.state = state;
    this.calls.clear();
    this.sick.clear();
  }
}

import { LinkStoreUnavailable } from '../customer-links/link-store.ts';
import { type Lifetimes } from '../profile-cache/lifetimes.ts';
import { isDefinite, isDue, type Part } from '../profile-cache/part.ts';
import { UpstreamError } from '../upstream/upstream.error.ts';

/** Whether a source is to be asked: its part is due, or required and not definite. */
export function isNeeded(part: Part | undefined, required: boolean, now: number): boolean {
  return isDue(part, now) || (required && part !== undefined && !isDefinite(part));
}

/** The part that `ask` gives, or one that says why it gave none. */
export async function askSource<State extends string, Value>(
  lifetimes: Lifetimes,
  cached: Part<State, Value> | undefined,
  ask: () => Promise<{ readonly state: State; readonly value: Value | null }>,
): Promise<Part<State, Value>> {
  try {
    const { state, value } = await ask();
    return lifetimes.definite(state, value, cached);
  } catch (error) {
    if (error instanceof UpstreamError) {
      const { state, retryAfterMs, status } = error;
      return lifetimes.failed(state, cached, { retryAfterMs: retryAfterMs ?? 0, status });
    }
    if (error instanceof LinkStoreUnavailable) return lifetimes.failed('upstream_error', cached);
    throw error;
  }
}

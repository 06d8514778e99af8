import { LinkStoreUnavailable } from '../customer-links/link-store.ts';
import { type PartFactory } from '../profile-cache/part-factory.ts';
import { type Part } from '../profile-cache/part.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';

/** The part that `ask` gives, or one that says why it gave none. */
export async function askSource<State extends string, Value>(
  partFactory: PartFactory,
  cached: Part<State, Value> | undefined,
  ask: () => Promise<{ readonly state: State; readonly value: Value | null }>,
): Promise<Part<State, Value>> {
  try {
    const { state, value } = await ask();
    return partFactory.fromAnswer(state, value, cached);
  } catch (error) {
    if (error instanceof UpstreamError) {
      const { state, retryAfterMs, status } = error;
      return partFactory.fromFailure(state, cached, { retryAfterMs: retryAfterMs ?? 0, status });
    }
    if (error instanceof LinkStoreUnavailable) return partFactory.fromFailure('upstream_error', cached);
    throw error;
  }
}

import { isConnector } from '../config/source-names.ts';
import { isDefinite } from '../profile-cache/part.ts';
import { type ReadRequirements } from '../profile-refresh/read-requirements.ts';
import { type RefreshOutcome } from '../profile-refresh/refresh-outcome.ts';

/** A read that has waited for this share of a fetch does not fetch again. */
const WHOLE_SHARE = 0.8;

/**
 * Whether a required source timed out in a fetch that had already taken some time when the read came. Such a read fetches
 * again, in its own time. Times are monotonic milliseconds.
 */
export function hasJoinedLate(
  { results }: Pick<RefreshOutcome, 'results'>,
  { required }: Pick<ReadRequirements, 'required'>,
  cameAt: number,
  now: number,
): boolean {
  return required.some((source) => {
    const result = results.get(source) ?? (isConnector(source) ? results.get('billing') : undefined);
    if (result?.askedAt == null || isDefinite(result.part)) return false;
    const { state } = result.part;
    const ranOutOfTime = state === 'timeout' || state === 'skipped_budget';
    return ranOutOfTime && now - cameAt < WHOLE_SHARE * (now - result.askedAt);
  });
}

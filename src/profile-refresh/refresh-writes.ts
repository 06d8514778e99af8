import { setImmediate as nextTurn } from 'node:timers/promises';
import { type SourceName } from '../config/source-names.ts';
import { type ProfileContent } from '../customer-changes/feed/profile-content.ts';
import { type Part } from '../profile-cache/part.ts';
import { type CacheRead } from '../profile-cache/profile-cache.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { causeOf } from '../upstream/quota/quota-user.ts';
import { type LeasedFetches } from './leased-fetches.ts';
import { cacheKeyOf, type ReadRequirements } from './read-requirements.ts';
import { type RefreshOutcome } from './refresh-outcome.ts';
import { type RefreshServices } from './refresh-services.ts';
import { isKept } from './source-result.ts';

/** Writes the parts that one refresh fetches, in one write or several. */
export class RefreshWrites {
  /** The sources of the writes that wait for their turn. */
  private readonly waiting = new Set<readonly SourceName[]>();

  /** @param outcomeOf the outcome of the refresh as far as these sources need it */
  constructor(
    private readonly services: RefreshServices,
    private readonly requirements: ReadRequirements,
    private readonly read: CacheRead,
    private readonly leased: LeasedFetches,
    private readonly outcomeOf: (sources: readonly SourceName[]) => Promise<RefreshOutcome>,
  ) {}

  /** Writes the fetched parts of these sources, with the response when the whole refresh has ended. */
  async write(sources: readonly SourceName[]): Promise<void> {
    const { writes, responses } = this.services;
    const key = cacheKeyOf(this.requirements);
    await this.turn(sources);
    const { parts, results, response, built } = await this.outcomeOf(sources);
    const fetched = sources.filter((source) => {
      const result = results.get(source);
      return result?.isFetched && isKept(source, result.part);
    });
    const { reseller } = parts;
    if (fetched.includes('reseller') && reseller?.state === 'customer_unknown')
      return writes.replaceAll(key, this.read, 'reseller', reseller);
    if (fetched.length === 0) return;
    const stored = Object.entries(parts).filter(([source, part]) => isKept(source as SourceName, part));
    const isWhole = stored.length === Object.keys(parts).length;
    const isLast = !this.isFollowed(results);
    const contentOf = (linked: ProfileParts): ProfileContent | null =>
      isLast ? responses.contentOf(key, linked, areSame(linked, parts) ? built : null) : null;
    const update = { parts: Object.fromEntries(stored), fetched, response: isWhole ? response : null, contentOf };
    // With the generation in which the fetches began, even when a later one was read since.
    await writes.write(key, { ...this.leased.latest, token: this.read.token }, update);
  }

  /** The turn is requested after that of the merge, so that callers are answered first. */
  private async turn(sources: readonly SourceName[]): Promise<void> {
    this.waiting.add(sources);
    await nextTurn();
    await this.services.turns.next(causeOf(this.requirements.caller));
    this.waiting.delete(sources);
  }

  /** Whether another write will store one of these results for certain; the content of all is left to that write. */
  private isFollowed(results: RefreshOutcome['results']): boolean {
    const waiting = [...this.leased.waiting, ...[...this.waiting].flat()] as readonly SourceName[];
    return waiting.some((source) => {
      const result = results.get(source);
      // A cancelled fetch ends with a failure, which is dropped.
      return result?.isFetched === true && !result.part.failure;
    });
  }
}

/** Whether these are the very same parts. */
function areSame(some: ProfileParts, others: ProfileParts): boolean {
  const found: Readonly<Record<string, Part | undefined>> = others;
  const entries = Object.entries(some);
  return entries.length === Object.keys(others).length && entries.every(([source, part]) => part === found[source]);
}

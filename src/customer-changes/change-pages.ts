import { Injectable } from '@nestjs/common';
import { type CustomerChange, type CustomerChanges } from './change.schema.ts';
import { beginningOf, changesGone, cursorOf, type FeedPosition, isGone } from './change-cursor.ts';
import { ChangeWatches } from './change-watches.ts';
import { type StoredChange } from './feed/change.ts';
import { ChangeFeed, type FeedRead, type FeedState } from './feed/change-feed.ts';

/** The query of a consumer. */
export interface ChangeQuery {
  readonly organisation: string;
  /** Where to begin; null: as `from` says. */
  readonly position: FeedPosition | null;
  readonly from: 'oldest' | 'newest';
  /** Maximum number of events in an answer. */
  readonly limit: number;
  /** Whether an event passes the consumer's filters. */
  readonly wants: (change: StoredChange) => boolean;
}

/** Events for a consumer, and its position after them. */
export interface ChangePage {
  readonly changes: readonly CustomerChange[];
  readonly position: FeedPosition;
  readonly caughtUp: boolean;
  readonly state: FeedState;
}

/** Events are read in steps. After this many steps a consumer gets an answer, even if no event has passed its filters. */
const STEP_SIZE = 500;
const MAX_STEPS = 20;

/** Reads a feed for one consumer. */
@Injectable()
export class ChangePages {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly watches: ChangeWatches,
  ) {}

  /**
   * The events after the consumer's position.
   * @param mayUseRecent whether to read the events that this process holds, if they suffice, instead of Redis
   * @throws Problem `changes_gone`; RedisUnavailable, or Redis's own error reply, when Redis fails
   */
  async next({ organisation, position, from, limit, wants }: ChangeQuery, mayUseRecent: boolean): Promise<ChangePage> {
    const changes: CustomerChange[] = [];
    let at = position;
    for (let step = 1; ; step += 1) {
      const recent = at && mayUseRecent ? this.watches.of(organisation).recent(at.sequence, STEP_SIZE) : null;
      // Another process may have read further, so only Redis can say that a position is gone.
      const read = recent && at && !isGone(at, recent) ? recent : await this.read(organisation, at, from);
      const { state, events } = read;
      if (at && isGone(at, read)) throw changesGone(state);
      at ??= from === 'newest' && events.length === 0 ? newestOf(state) : beginningOf(state);
      let isFull = false;
      for (const { sequence, change, check } of events) {
        isFull = changes.length === limit;
        if (isFull) break;
        at = { epoch: state.epoch, sequence, check };
        if (wants(change)) changes.push({ id: cursorOf(at), ...change });
      }
      // Some of the last events may have been erased.
      const caughtUp = !isFull && events.length < STEP_SIZE;
      if (caughtUp && at.sequence < state.sequence) at = newestOf(state);
      if (isFull || caughtUp || step === MAX_STEPS) return { changes, position: at, caughtUp, state };
    }
  }

  /** Whether this process has the newest events because other consumers wait for them. One more waiting consumer then costs no command. */
  isCurrent(organisation: string): boolean {
    return this.watches.of(organisation).isCurrent;
  }

  /** Resolves when there may be events after the page. */
  async more(organisation: string, { state }: ChangePage, ms: number, signal: AbortSignal): Promise<void> {
    await this.watches.of(organisation).changed(state, ms, signal);
  }

  private read(organisation: string, at: FeedPosition | null, from: ChangeQuery['from']): Promise<FeedRead> {
    if (at) return this.feed.read(organisation, at.sequence, STEP_SIZE);
    return this.feed.read(organisation, null, from === 'oldest' ? STEP_SIZE : 0);
  }
}

/** The answer for a page. */
export const answerOf = ({ changes, position, caughtUp }: ChangePage): CustomerChanges => ({
  changes,
  cursor: cursorOf(position),
  caughtUp,
});

const newestOf = ({ epoch, sequence, check }: FeedState): FeedPosition => ({ epoch, sequence, check });

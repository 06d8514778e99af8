import { type Clock, type Timer } from '../config/clock.ts';
import { type ChangeFeed, type FeedRead, type FeedState, type NumberedChange } from './feed/change-feed.ts';
import { type ChangeMetrics } from './feed/change-metrics.ts';
import { HOLE } from './feed/feed-scripts.ts';

const POLL_INTERVAL_MS = 1000;
/** Maximum number of events in memory. A consumer that is further behind reads from Redis. */
const WINDOW_SIZE = 500;
/** Events that were read longer ago do not count as the newest: Redis may have stopped answering. */
const MAX_AGE_MS = 2 * POLL_INTERVAL_MS;

/** The newest events, as this process last read them. */
interface Window {
  readonly state: FeedState;
  /** All events after this number are in the window. */
  readonly after: number;
  /** The check of the event with that number; HOLE when that is removed, or not known. */
  readonly checkAt: string;
  readonly events: readonly NumberedChange[];
  /** Monotonic milliseconds when Redis was asked. */
  readonly readAt: number;
}

/**
 * The newest events of one organisation, for all consumers in this process that wait for them. It polls once a second, and
 * when a process announces an event, however many consumers wait. While no consumer waits, it sends no command and holds no
 * event.
 */
export class ChangeWatch {
  private readonly waiting = new Set<() => void>();
  private window: Window | null = null;
  private timer: Timer | null = null;
  private inFlight = false;
  private isDue = false;

  constructor(
    private readonly organisation: string,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    private readonly metrics: ChangeMetrics,
  ) {}

  /** Events after a number, without asking Redis; null: this process does not have all of them. */
  recent(after: number, limit: number): FeedRead | null {
    const { window } = this;
    if (!window || after < window.after || window.events.length === WINDOW_SIZE) return null;
    const { state, events } = window;
    const checkAt =
      after === window.after ? window.checkAt : (events.find(({ sequence }) => sequence === after)?.check ?? HOLE);
    return { state, checkAt, events: events.filter(({ sequence }) => sequence > after).slice(0, limit) };
  }

  /** Whether Redis has answered lately, so that `recent` is new enough for a consumer that is about to wait. */
  get isCurrent(): boolean {
    return this.window !== null && this.clock.monotonic() - this.window.readAt <= MAX_AGE_MS;
  }

  /**
   * Resolves when the feed has changed, when the time is over, or when the signal is aborted.
   * @param at the state that the consumer has read
   */
  async changed(at: FeedState, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || ms <= 0 || this.isOther(at)) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const notify = (): void => {
      resolve(undefined);
    };
    this.waiting.add(notify);
    this.metrics.waiting.inc();
    const timer = this.clock.after(ms, notify);
    signal.addEventListener('abort', notify);
    if (!this.timer) this.pollLater();
    // An event may have come since the consumer read.
    if (!this.window) void this.poll(at);
    await promise;
    signal.removeEventListener('abort', notify);
    timer.cancel();
    this.metrics.waiting.dec();
    this.waiting.delete(notify);
  }

  /**
   * A process has announced that the feed has changed.
   * @param isRemoved events were removed, so this process drops the ones it holds
   */
  onAnnounced(isRemoved: boolean): void {
    if (!this.window) return;
    const { state, readAt } = this.window;
    if (isRemoved)
      this.window = { state: { ...state, check: '' }, after: state.sequence, checkAt: HOLE, events: [], readAt };
    void this.poll(state);
  }

  private isOther({ epoch, sequence }: FeedState): boolean {
    const state = this.window?.state;
    return state !== undefined && (state.epoch !== epoch || state.sequence > sequence);
  }

  private pollLater(): void {
    this.timer = this.clock.after(POLL_INTERVAL_MS, () => {
      setImmediate(() => {
        // Notified consumers have had a second to wait again.
        if (this.waiting.size === 0) {
          this.rest();
          return;
        }
        this.pollLater();
        if (this.window) void this.poll(this.window.state);
      });
    });
  }

  private rest(): void {
    this.timer?.cancel();
    this.timer = null;
    this.window = null;
  }

  /** While Redis does not answer, consumers keep waiting. */
  private async poll(last: FeedState): Promise<void> {
    this.isDue = true;
    if (this.inFlight) return;
    this.inFlight = true;
    let from = last;
    while (this.isDue && this.timer) {
      this.isDue = false;
      this.metrics.looks.inc();
      try {
        from = await this.pollOnce(from);
      } catch {
        this.metrics.failures.inc();
        break; // The next poll is due in a second.
      }
    }
    this.inFlight = false;
  }

  private async pollOnce(last: FeedState): Promise<FeedState> {
    const readAt = this.clock.monotonic();
    const { state, events, checkAt } = await this.feed.read(this.organisation, last.sequence, WINDOW_SIZE);
    const before = this.window;
    this.window = { state, after: last.sequence, checkAt, events, readAt };
    const isSame = before?.state.epoch === state.epoch && before.state.sequence === state.sequence;
    // Consumers that are less than one window behind are still served from here.
    if (isSame && state.sequence === last.sequence) this.window = { ...before, state, readAt };
    if (!isSame) for (const notify of this.waiting) notify();
    return state;
  }
}

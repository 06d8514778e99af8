import { CallTime } from './call-time.ts';
import { type CallOptions } from './options.ts';
import { ProfileProblem } from './problem.ts';
import { get, type Requests } from './requests.ts';
import { type ChangePage, type ChangesQuery, type CustomerChange } from './types.ts';
import { pathOf, queryOf } from './url.ts';

/** Options of `follow`. `timeoutMs` applies to each request and excludes the wait for events. */
export interface FollowOptions extends Omit<ChangesQuery, 'waitSeconds'>, CallOptions {
  /** Called with the error of each request that is tried again. */
  readonly onInterrupted?: (error: unknown) => void;
  /** Called once a request has worked again. */
  readonly onResumed?: () => void;
}

const WAIT_SECONDS = 25;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 15_000;

/** What has changed, for those who keep copies of profiles. */
export class ProfileChanges {
  private readonly requests: Requests;

  constructor(requests: Requests) {
    this.requests = requests;
  }

  /** The events after a cursor, and the cursor to go on with. */
  async page(options: ChangesQuery & CallOptions = {}): Promise<ChangePage> {
    const { cursor, from, waitSeconds, limit, type, source, customerId } = options;
    const query = queryOf({ cursor, from, waitSeconds, limit, type, source, customerId });
    const timeoutMs = this.requests.transport.timeoutOf(options) + (waitSeconds ?? 0) * 1000;
    const path = pathOf('v1', 'customer-profile-changes') + query;
    return (await this.requests.json(get(path, { ...options, timeoutMs }))) as ChangePage;
  }

  /**
   * Every event from a cursor on, as it comes, until the signal ends it or the reader leaves. Go on from the last event's `id`.
   * While the service cannot be reached it tries again.
   * @throws ProfileProblem `changes_gone` when events were missed; any other that trying again does not mend
   */
  async *follow(options: FollowOptions = {}): AsyncGenerator<CustomerChange, void, undefined> {
    let { cursor } = options;
    let pauseMs = FIRST_PAUSE_MS;
    let isInterrupted = false;
    for (;;) {
      options.signal?.throwIfAborted();
      let page: ChangePage;
      try {
        page = await this.page({
          ...options,
          ...(cursor === undefined ? {} : { cursor }),
          waitSeconds: isInterrupted ? 0 : WAIT_SECONDS, // What works again says so at once.
        });
      } catch (error) {
        options.signal?.throwIfAborted();
        if (error instanceof ProfileProblem && error.status < 500 && error.status !== 429) throw error;
        isInterrupted = true;
        options.onInterrupted?.(error);
        await this.pause(error instanceof ProfileProblem ? (error.retryAfterMs ?? pauseMs) : pauseMs, options);
        pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
        continue;
      }
      pauseMs = FIRST_PAUSE_MS;
      if (isInterrupted) options.onResumed?.();
      isInterrupted = false;
      yield* page.changes;
      cursor = page.cursor;
    }
  }

  private async pause(ms: number, { signal }: CallOptions): Promise<void> {
    const time = new CallTime(this.requests.transport.clock, 2 * ms + 1000, signal);
    try {
      await time.sleep(ms);
    } finally {
      time.end();
    }
  }
}

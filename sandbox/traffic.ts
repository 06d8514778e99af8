import { type Outcome, type Source, sources } from './api.ts';
import type { Call } from './call.ts';
import { type RecordedRequest, recordRequest } from './recorded-request.ts';

export type { RecordedRequest } from './recorded-request.ts';

const MAX_REQUESTS = 10_000;
const COUNTER_OF = {
  refused: 'refused',
  replayed: 'replays',
  duplicateRequestId: 'duplicateRequestIds',
  invalidId: 'invalidIds',
} as const satisfies Partial<Record<Outcome, keyof Counts>>;

export interface Counts {
  /** Requests that arrived, answered or not. */
  readonly bySource: Readonly<Record<Source, number>>;
  /** Requests by the status answered; `none` for those that ended without one. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Requests given a stored answer because their correlation id had been answered before. */
  readonly replays: number;
  readonly duplicateRequestIds: number;
  /** Requests with a missing or wrong header, credential, parameter, method or route. */
  readonly refused: number;
  /** Ids that a caller should have refused itself: malformed customer ids, billing ids that are no UUID. */
  readonly invalidIds: number;
  /** Requests whose caller left before the answer was complete. */
  readonly aborted: number;
  /** Sockets open now, those of the control routes included. */
  readonly openConnections: number;
}

/** How one request went on, as the exchange that serves it reports. */
interface TrafficEntry {
  answered(status: number): void;
  ended(aborted: boolean): void;
}

class Ledger {
  readonly bySource: Record<Source, number> = emptySources();
  readonly byStatus: Record<string, number> = {};
  readonly counters = { replays: 0, duplicateRequestIds: 0, refused: 0, invalidIds: 0, aborted: 0 };
  readonly requests: RecordedRequest[] = [];
}

/** The requests to the sandbox; the control routes are not counted. */
export class Traffic {
  #ledger = new Ledger();
  #openConnections = 0;
  #waiting: (() => void)[] = [];

  get counts(): Counts {
    const { bySource, byStatus, counters } = this.#ledger;
    return {
      bySource: { ...bySource },
      byStatus: { ...byStatus },
      ...counters,
      openConnections: this.#openConnections,
    };
  }

  /** The newest 10,000 requests, oldest first. */
  get requests(): readonly Readonly<RecordedRequest>[] {
    return this.#ledger.requests.slice(-MAX_REQUESTS).map((request) => ({ ...request }));
  }

  /** Forgets all; requests under way do not count in the new ledger. */
  reset(): void {
    this.#ledger = new Ledger();
    this.#changed();
  }

  /** Resolves as soon as the counts satisfy the condition; for tests that must not sleep. */
  until(condition: (counts: Counts) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (condition(this.counts)) resolve();
        else this.#waiting.push(check);
      };
      check();
    });
  }

  /** @internal Called by the server. */
  connectionOpened(): void {
    this.#openConnections += 1;
    this.#changed();
  }

  /** @internal Called by the server. */
  connectionClosed(): void {
    this.#openConnections -= 1;
    this.#changed();
  }

  /** @internal Called by the server as a request has arrived. */
  arrived(call: Call, source: Source, outcome: Outcome): TrafficEntry {
    const ledger = this.#ledger;
    const request = recordRequest(call, source);
    ledger.requests.push(request);
    if (ledger.requests.length >= 2 * MAX_REQUESTS) ledger.requests.splice(0, MAX_REQUESTS);
    ledger.bySource[source] += 1;
    if (outcome !== 'accepted') ledger.counters[COUNTER_OF[outcome]] += 1;
    this.#changed();

    const countStatus = (status: number | 'none'): void => {
      ledger.byStatus[status] = (ledger.byStatus[status] ?? 0) + 1;
      this.#changed();
    };
    return {
      answered: (status) => {
        request.status = status;
        countStatus(status);
      },
      ended: (aborted) => {
        request.aborted = aborted;
        if (aborted) ledger.counters.aborted += 1;
        if (request.status === 'none') countStatus('none');
        else this.#changed();
      },
    };
  }

  #changed(): void {
    if (this.#waiting.length === 0) return;
    const checks = this.#waiting;
    this.#waiting = [];
    for (const check of checks) check();
  }
}

function emptySources(): Record<Source, number> {
  return Object.fromEntries(sources.map((source) => [source, 0])) as Record<Source, number>;
}

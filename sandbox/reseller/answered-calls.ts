import type { Answer } from '../answer.ts';

const TEN_DAYS_MS = 10 * 24 * 3_600_000;
const MAX_REMEMBERED = 100_000;

/**
 * The reseller API's memory of calls: answers by correlation id for ten days, and request ids.
 * Holds the newest 100,000 of each. Source: upstreams 1.1, the replay trap.
 */
export class AnsweredCalls {
  readonly #now: () => number;
  readonly #answers = new Map<string, { answer: Answer; until: number }>();
  readonly #requestIds = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  stored(correlationId: string): Answer | undefined {
    const entry = this.#answers.get(correlationId);
    return entry && this.#now() < entry.until ? entry.answer : undefined;
  }

  /** The first answer given under a correlation id is the one that stays. */
  store(correlationId: string, answer: Answer): void {
    if (this.stored(correlationId)) return;
    this.#answers.delete(correlationId);
    this.#answers.set(correlationId, { answer, until: this.#now() + TEN_DAYS_MS });
    dropOldest(this.#answers);
  }

  /** Marks a request id as used. @returns false when it had been used before */
  use(requestId: string): boolean {
    if (this.#requestIds.has(requestId)) return false;
    this.#requestIds.add(requestId);
    dropOldest(this.#requestIds);
    return true;
  }
}

function dropOldest(collection: Map<string, unknown> | Set<string>): void {
  if (collection.size <= MAX_REMEMBERED) return;
  for (const oldest of collection.keys()) {
    collection.delete(oldest);
    return;
  }
}

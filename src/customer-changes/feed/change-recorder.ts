import { type BeforeApplicationShutdown, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { CustomerErased } from '../../tombstones/customer-erased.ts';
import { type AboutToChange, ChangeFeed } from './change-feed.ts';
import { ChangeMarks, type ReadMarks } from './change-marks.ts';
import { MarkSweep } from './mark-sweep.ts';
import { MarkedChanges } from './marked-changes.ts';

/** A change that a script is about to mark. */
export interface Noted {
  /** Never rejects; null: it could not be noted. */
  readonly entry: Promise<AboutToChange | null>;
}

/** Appends the changes that scripts mark to the feed at once. A sweep appends later what it cannot append now. */
@Injectable()
export class ChangeRecorder implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly inFlight = new Set<Promise<unknown>>();

  constructor(
    private readonly feed: ChangeFeed,
    private readonly marks: ChangeMarks,
    private readonly marked: MarkedChanges,
    private readonly sweep: MarkSweep,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.settled();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.settled();
  }

  /** Resolves when every change that is known now is in the feed, or could not be appended. */
  async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.allSettled(this.inFlight);
  }

  /**
   * Call it just before the script that may mark the customer, and do not wait for it: it goes first on the same
   * connection. If this process dies after the script, another one finds the mark by this note.
   */
  note(customer: CustomerKey): Noted {
    return { entry: this.feed.note(customer).catch(() => null) };
  }

  /**
   * Appends the changes that a script has marked; null: it has marked none.
   * @returns never rejects: a change that cannot be appended now is appended later
   */
  async record(customer: CustomerKey, marks: ReadMarks | null, noted: Noted | null): Promise<void> {
    const appended = this.append(customer, marks, noted);
    this.track(appended);
    await appended;
  }

  /**
   * Call it when the script has thrown. For an erased customer nothing is marked, so it withdraws the note; otherwise the
   * customer may be marked, as for `failed`.
   */
  async threw(customer: CustomerKey, noted: Noted, error: unknown): Promise<void> {
    if (error instanceof CustomerErased) await this.record(customer, null, noted);
    else this.failed(customer, noted);
  }

  /**
   * Call it when the script has failed: it may have marked the customer nevertheless. A later sweep finds the customer by
   * the note; without a note this process remembers the customer.
   */
  failed(customer: CustomerKey, { entry }: Noted): void {
    this.track(
      entry.then((noted) => {
        if (!noted) this.sweep.remember(customer);
      }),
    );
  }

  private async append(customer: CustomerKey, marks: ReadMarks | null, noted: Noted | null): Promise<void> {
    const entry = (await noted?.entry) ?? null;
    const own = entry?.hasReplaced === true ? null : entry;
    if (!marks && !own) return;
    try {
      await this.marked.append(customer, marks ? this.marks.pending(customer, marks) : [], own);
    } catch (error) {
      if (!entry) this.sweep.remember(customer);
      this.marked.logFailure(error);
    }
  }

  private track(work: Promise<unknown>): void {
    this.inFlight.add(work);
    void work.finally(() => this.inFlight.delete(work));
  }
}

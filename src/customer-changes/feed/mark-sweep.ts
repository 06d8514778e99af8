import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { RecurringTask } from '../../resilience/recurring-task.ts';
import { type AboutToChange, ChangeFeed } from './change-feed.ts';
import { marksKey } from './change-keys.ts';
import { ChangeMetrics } from './change-metrics.ts';
import { MarkedChanges } from './marked-changes.ts';

/** A mark that is older was left by a process that has ended, or whose append has failed. */
const OVERDUE_MS = 5000;
const INTERVAL_MS = 2500;
const PAGE_SIZE = 100;
/** Pages that one sweep reads; the next sweep continues after them. */
const MAX_PAGES = 10;
/** After this many failures a sweep stops until its next turn: Redis, or much of it, is down. */
const MAX_FAILURES = 10;
/** Customers that a process remembers; some 2 MB. */
const MAX_REMEMBERED = 10_000;
/** How long a process may take from its note to its mark. */
const NOTE_LIFETIME_MS = 60_000;

/** Finds changes that were marked and not appended, of this process or of one that has died, and appends them. */
@Injectable()
export class MarkSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RecurringTask;
  /** Customers who may be marked although Redis has no note of it, by the key of their marks. */
  private readonly remembered = new Map<string, CustomerKey>();
  /** Where the next sweep of an organisation continues, in epoch milliseconds. */
  private readonly sweptUpTo = new Map<string, number>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
    private readonly marked: MarkedChanges,
    private readonly metrics: ChangeMetrics,
  ) {
    this.task = new RecurringTask(clock, INTERVAL_MS, (signal) => this.sweep(signal));
  }

  onApplicationBootstrap(): void {
    if (this.feed.isConfigured) this.task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** Resolves when no sweep is in progress. */
  async settled(): Promise<void> {
    await this.task.settled();
  }

  /** Makes the next sweep look for marks of this customer, because no note in Redis leads to them. */
  remember({ organisation, customerId }: CustomerKey): void {
    const name = marksKey({ organisation, customerId });
    if (this.remembered.size < MAX_REMEMBERED || this.remembered.has(name))
      this.remembered.set(name, { organisation, customerId });
    else this.metrics.deferred.inc();
  }

  /** Never rejects. */
  private async sweep(signal: AbortSignal): Promise<void> {
    for (const organisation of this.config.organisations.keys())
      await this.sweepNotes(organisation, signal).catch((error: unknown) => {
        this.marked.logFailure(error);
      });
    await this.sweepRemembered(signal);
  }

  /** Continues where the last sweep ended, so that customers with unreadable marks do not hold up the others. */
  private async sweepNotes(organisation: string, signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    let failures = 0;
    for (let page = 0; page < MAX_PAGES && failures < MAX_FAILURES && !signal.aborted; page += 1) {
      const after = this.sweptUpTo.get(organisation) ?? -Infinity;
      const entries = await this.feed.noted(organisation, after, now - OVERDUE_MS, PAGE_SIZE);
      for (const entry of entries) if (!(await this.tryNote(organisation, entry, now))) failures += 1;
      const last = entries.at(-1);
      if (last && entries.length === PAGE_SIZE) {
        this.sweptUpTo.set(organisation, last.notedAt);
        continue;
      }
      this.sweptUpTo.delete(organisation);
      break;
    }
    // Redis's clock may have been set back while no process kept the time.
    for (const entry of await this.feed.noted(organisation, now + NOTE_LIFETIME_MS, Infinity, PAGE_SIZE))
      await this.tryNote(organisation, entry, now);
  }

  /** @returns false when Redis did not answer; a later sweep tries again */
  private async tryNote(organisation: string, entry: AboutToChange, now: number): Promise<boolean> {
    const customer = { organisation, customerId: entry.customerId };
    return this.try(async () => {
      const pending = await this.marked.pendingOf(customer);
      if (pending.length === 0 && Math.abs(now - entry.notedAt) < NOTE_LIFETIME_MS) return;
      await this.marked.append(customer, pending, entry);
      if (pending.length > 0) this.metrics.recovered.inc();
    });
  }

  private async sweepRemembered(signal: AbortSignal): Promise<void> {
    let failures = 0;
    for (const [name, customer] of [...this.remembered]) {
      if (failures === MAX_FAILURES || signal.aborted) return;
      this.remembered.delete(name);
      const isDone = await this.try(async () => {
        const pending = await this.marked.pendingOf(customer);
        if (pending.length > 0) await this.marked.append(customer, pending, null);
      });
      if (isDone) continue;
      // At the end, after the others.
      this.remembered.set(name, customer);
      failures += 1;
    }
  }

  private async try(attempt: () => Promise<void>): Promise<boolean> {
    try {
      await attempt();
      return true;
    } catch (error) {
      this.marked.logFailure(error);
      return false;
    }
  }
}

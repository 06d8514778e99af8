import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock, type Timer } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { errorCode } from '../../redis/redis-errors.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { CustomerErased } from '../../tombstones/customer-erased.ts';
import { ChangeMetrics } from '../change-metrics.ts';
import { type AboutToChange, ChangeFeed } from './change-feed.ts';
import { marksKey } from './change-keys.ts';
import { ChangeMarks, type PendingChange, type ReadMarks } from './change-marks.ts';
import { CLEAR_MARKS, READ_MARKS } from './mark-scripts.ts';

/** A mark that is older was left by a process that has ended, or whose append has failed. */
const OVERDUE_MS = 5000;
const SWEEP_INTERVAL_MS = 2500;
const SWEEP_SIZE = 100;
/** Pages of that size that one sweep looks through; the next one goes on behind them. */
const MAX_PAGES = 10;
/** After so many failures a sweep goes on later: Redis, or much of it, is away. */
const MAX_FAILURES = 10;
/** The most customers that are kept whose change was neither noted nor appended, as Redis did not answer; some 2 MB. */
const MAX_LEFT = 10_000;
/** How long a process may take from its note to its mark. */
const NOTE_LIFETIME_MS = 60_000;

/** A change that a script is about to note. */
export interface Noted {
  /** Never rejects; null: it could not be noted. */
  readonly entry: Promise<AboutToChange | null>;
}

/** Appends the marked changes to the feed: at once, or when another process finds them after a crash. */
@Injectable()
export class ChangeRecorder implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly inFlight = new Set<Promise<unknown>>();
  /** Customers who may be marked although nothing in Redis says so, by their marks. */
  private readonly left = new Map<string, CustomerKey>();
  /** Where the next sweep of an organisation goes on, epoch ms. */
  private readonly sweptUpTo = new Map<string, number>();
  private timer: Timer | null = null;
  private isClosing = false;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly feed: ChangeFeed,
    private readonly marks: ChangeMarks,
    private readonly metrics: ChangeMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.feed.isConfigured) this.sweepLater();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    this.timer?.cancel();
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
   * Call it just before the script that may mark the customer, without waiting: it goes ahead on the same connection. When this
   * process dies after the script, another one finds the mark by it.
   */
  note(customer: CustomerKey): Noted {
    return { entry: this.feed.note(customer).catch(() => null) };
  }

  /**
   * Appends what a script has marked; null: it has marked nothing.
   * @returns never rejects: a change that cannot be appended now is appended later
   */
  async record(customer: CustomerKey, marks: ReadMarks | null, noted: Noted | null): Promise<void> {
    const appended = this.appendMarked(customer, marks, noted);
    this.track(appended);
    await appended;
  }

  /**
   * The script has thrown. When the customer was erased, nothing is marked, and the note is taken back; otherwise the customer may be
   * marked, as after `failed`.
   */
  async threw(customer: CustomerKey, noted: Noted, error: unknown): Promise<void> {
    if (error instanceof CustomerErased) await this.record(customer, null, noted);
    else this.failed(customer, noted);
  }

  /**
   * The script has failed, and may have marked the customer all the same. By the note a later sweep finds the customer; without a note
   * this process keeps it in mind.
   */
  failed(customer: CustomerKey, { entry }: Noted): void {
    this.track(
      entry.then((noted) => {
        if (!noted) this.keepInMind(customer);
      }),
    );
  }

  private keepInMind({ organisation, customerId }: CustomerKey): void {
    const name = marksKey({ organisation, customerId });
    if (this.left.size < MAX_LEFT || this.left.has(name)) this.left.set(name, { organisation, customerId });
    else this.metrics.deferred.inc();
  }

  private track(work: Promise<unknown>): void {
    this.inFlight.add(work);
    void work.finally(() => this.inFlight.delete(work));
  }

  private async appendMarked(customer: CustomerKey, marks: ReadMarks | null, noted: Noted | null): Promise<void> {
    const entry = (await noted?.entry) ?? null;
    const own = entry?.isAnothers === true ? null : entry;
    if (!marks && !own) return;
    try {
      await this.append(customer, marks ? this.marks.pending(customer, marks) : [], own);
    } catch (error) {
      if (!entry) this.keepInMind(customer);
      this.logFailure(error);
    }
  }

  private async append(
    customer: CustomerKey,
    pending: readonly PendingChange[],
    entry: AboutToChange | null,
  ): Promise<void> {
    const appended = await this.feed.append(customer, pending, entry);
    for (const { change } of pending.slice(pending.length - appended)) this.metrics.appended.inc({ type: change.type });
    const last = pending.at(-1);
    if (!last) return;
    await this.connection.run((redis) => redis.eval(CLEAR_MARKS, 1, marksKey(customer), last.revision));
  }

  private sweepLater(): void {
    this.timer = this.clock.after(SWEEP_INTERVAL_MS, () => {
      // After what else is due now.
      setImmediate(() => {
        if (!this.isClosing) this.track(this.sweep());
      });
    });
  }

  /** Appends what other processes have left marked, of every organisation. Never rejects. */
  private async sweep(): Promise<void> {
    for (const organisation of this.config.organisations.keys())
      await this.sweepOne(organisation).catch((error: unknown) => {
        this.logFailure(error);
      });
    await this.appendLeft();
    if (!this.isClosing) this.sweepLater();
  }

  /** Goes on where the last sweep has ended, so that customers whose marks cannot be read keep no others waiting. */
  private async sweepOne(organisation: string): Promise<void> {
    const now = this.clock.now();
    let failures = 0;
    for (let page = 0; page < MAX_PAGES && failures < MAX_FAILURES && !this.isClosing; page += 1) {
      const after = this.sweptUpTo.get(organisation) ?? -Infinity;
      const entries = await this.feed.noted(organisation, after, now - OVERDUE_MS, SWEEP_SIZE);
      for (const entry of entries) if (!(await this.tryEntry(organisation, entry, now))) failures += 1;
      const last = entries.at(-1);
      if (last && entries.length === SWEEP_SIZE) {
        this.sweptUpTo.set(organisation, last.notedAt);
        continue;
      }
      this.sweptUpTo.delete(organisation);
      break;
    }
    // As after Redis's clock was set back while no process kept the time.
    for (const entry of await this.feed.noted(organisation, now + NOTE_LIFETIME_MS, Infinity, SWEEP_SIZE))
      await this.tryEntry(organisation, entry, now);
  }

  /** @returns false when Redis did not answer; it is tried again later */
  private async tryEntry(organisation: string, entry: AboutToChange, now: number): Promise<boolean> {
    const customer = { organisation, customerId: entry.customerId };
    return this.tried(async () => {
      const pending = await this.pendingOf(customer);
      if (pending.length === 0 && Math.abs(now - entry.notedAt) < NOTE_LIFETIME_MS) return;
      await this.append(customer, pending, entry);
      if (pending.length > 0) this.metrics.recovered.inc();
    });
  }

  private async appendLeft(): Promise<void> {
    let failures = 0;
    for (const [name, customer] of [...this.left]) {
      if (failures === MAX_FAILURES || this.isClosing) return;
      this.left.delete(name);
      const isDone = await this.tried(async () => {
        const pending = await this.pendingOf(customer);
        if (pending.length > 0) await this.append(customer, pending, null);
      });
      if (isDone) continue;
      // Behind the others.
      this.left.set(name, customer);
      failures += 1;
    }
  }

  private async tried(attempt: () => Promise<void>): Promise<boolean> {
    try {
      await attempt();
      return true;
    } catch (error) {
      this.logFailure(error);
      return false;
    }
  }

  private async pendingOf(customer: CustomerKey): Promise<readonly PendingChange[]> {
    const marks = await this.connection.run((redis) => redis.eval(READ_MARKS, 1, marksKey(customer)));
    return Array.isArray(marks) ? this.marks.pending(customer, marks as ReadMarks) : [];
  }

  private logFailure(error: unknown): void {
    this.metrics.failures.inc();
    this.log.debug(
      { event: 'changes_not_appended', errorCode: errorCode(error) },
      'changes could not be appended to the feed; they are appended later',
    );
  }
}

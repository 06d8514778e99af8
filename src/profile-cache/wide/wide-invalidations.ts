import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { type Announcement } from '../../redis/announcement.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { errorCode, isOtherType, RedisUnavailable } from '../../redis/redis-errors.ts';
import { RedisSubscription } from '../../redis/redis-subscription.ts';
import { pairsIn } from '../../redis/reply-pairs.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { ownerOf } from '../cache-keys.ts';
import { type JudgePart } from '../kept-parts.ts';
import { expired, linkOf, type Parts } from '../part.ts';
import {
  counterOf,
  type InvalidationMode,
  MAX_BILLING_CUSTOMERS_COUNTED,
  type WideEntry,
  WideNumbers,
  type WideSubject,
} from './wide-numbers.ts';
import { RAISE_COUNTER, RESTORE_COUNTERS } from './wide-scripts.ts';

/** Each process reads the counters this often, because it may have missed an event. */
const POLL_INTERVAL_MS = 1000;

interface Poll {
  readonly ended: Promise<void>;
  next: Promise<void> | null;
}

const keyOf = (organisation: string): string => `customer-invalidations:{${organisation}}`;

/**
 * The wide invalidations of each organisation: counters in Redis, with a copy in memory that reads compare without a
 * command. A process reads the counters at each event, when it receives events again, and once a second; while it receives
 * none, at each read.
 */
@Injectable()
export class WideInvalidations implements OnApplicationBootstrap, OnApplicationShutdown {
  /** The numbers of all organisations that are or were configured. */
  private readonly byOrganisation = new Map<string, WideNumbers>();
  private readonly polls = new Map<string, Poll>();
  private readonly closing = new AbortController();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly subscription: RedisSubscription,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    connection.onReady(() => void this.pollAll());
  }

  onApplicationBootstrap(): void {
    if (this.connection.client) void this.keepPolling();
  }

  onApplicationShutdown(): void {
    this.closing.abort();
  }

  /** The numbers of a configured organisation, as far as this process knows them. */
  of(organisation: string): WideNumbers {
    let numbers = this.byOrganisation.get(organisation);
    if (!numbers) {
      numbers = new WideNumbers();
      this.byOrganisation.set(organisation, numbers);
    }
    return numbers;
  }

  /**
   * Reads the counters when they have never been read, and each time while this process receives no events. Never fails:
   * while Redis does not answer, the numbers stay as they are.
   */
  async ensureRead(organisation: string): Promise<void> {
    if (!this.connection.client) return;
    if (this.of(organisation).last === 0) await (this.polls.get(organisation)?.ended ?? this.poll(organisation));
    else if (!this.subscription.subscribed) await this.poll(organisation);
  }

  /**
   * Judges an organisation's parts by the numbers that this process knows at that time: `stale` makes parts due, `refetch`
   * removes them.
   */
  judgeOf(organisation: string): JudgePart {
    const numbers = this.of(organisation);
    return (field, part) => {
      const { source, billingCustomerId } = ownerOf(field);
      const standing = numbers.standingOf(source, billingCustomerId, part);
      if (standing === 'gone') return null;
      return standing === 'due' ? expired(part, this.clock.now()) : part;
    };
  }

  /** Whether the part of a source was invalidated since its call. */
  isInvalidated(organisation: string, source: string, parts: Parts): boolean {
    const part = parts[source];
    return part !== undefined && this.of(organisation).standingOf(source, linkOf(parts.billing), part) !== 'current';
  }

  /** The number of a response made of these parts; -1: one of them was invalidated since its call. */
  numberOf(organisation: string, parts: Parts): number {
    const isAnyInvalidated = Object.keys(parts).some((source) => this.isInvalidated(organisation, source, parts));
    return isAnyInvalidated ? -1 : this.of(organisation).ofResponse(linkOf(parts.billing));
  }

  /** Reads the counters of an organisation now, or again after a poll in progress. Never fails. */
  poll(organisation: string): Promise<void> {
    const before = this.polls.get(organisation);
    if (!before) return this.begin(organisation);
    before.next ??= before.ended.then(() => this.begin(organisation));
    return before.next;
  }

  async pollAll(): Promise<void> {
    await Promise.all([...this.config.organisations.keys()].map((organisation) => this.poll(organisation)));
  }

  /** Resolves when no poll is in progress. */
  async settled(): Promise<void> {
    while (this.polls.size > 0) await Promise.all([...this.polls.values()].map(({ ended, next }) => next ?? ended));
  }

  /**
   * Invalidates everything that the subject stands for, in every process.
   * @throws RedisUnavailable, or Redis's own error reply, when Redis cannot count it; then nothing is invalidated
   */
  async invalidate(
    organisation: string,
    subject: WideSubject,
    mode: InvalidationMode,
    { channel, message }: Announcement,
  ): Promise<void> {
    const numbers = this.of(organisation);
    const counter = counterOf(subject, mode);
    const now = this.clock.now();
    if (!this.connection.client) {
      numbers.add([[counter, Math.max(now, numbers.last + 1)]]);
      return;
    }
    const values = [counter, now, numbers.last, MAX_BILLING_CUSTOMERS_COUNTED, channel, message];
    const reply: unknown = await this.connection.run((redis) =>
      redis.eval(RAISE_COUNTER, 1, keyOf(organisation), ...values),
    );
    const number = Number(reply);
    if (!(number > 0)) throw new RedisUnavailable('the answer is no number');
    numbers.note(counter, number);
    await this.poll(organisation);
  }

  private begin(organisation: string): Promise<void> {
    const ended = this.ask(organisation)
      .catch((error: unknown) => {
        this.log.debug(
          { event: 'invalidations_not_read', errorCode: errorCode(error) },
          'the counters of invalidations could not be read',
        );
      })
      .finally(() => {
        this.polls.delete(organisation);
      });
    this.polls.set(organisation, { ended, next: null });
    return ended;
  }

  private async ask(organisation: string): Promise<void> {
    const numbers = this.of(organisation);
    const key = keyOf(organisation);
    if (numbers.last > 0) {
      const since = numbers.last;
      const reply = await this.connection
        .run((redis) => redis.zrangebyscore(key, since, '+inf', 'WITHSCORES'))
        .catch((error: unknown) => {
          if (isOtherType(error)) return [];
          throw error;
        });
      const entries = entriesOf(reply);
      // The reply begins with the last entry that was read, unless its counter was raised again or Redis has lost it.
      if (entries[0]?.[1] === since) {
        numbers.add(entries);
        return;
      }
    }
    const values = [this.clock.now(), ...numbers.entries.flat()];
    const reply: unknown = await this.connection.run((redis) => redis.eval(RESTORE_COUNTERS, 1, key, ...values));
    numbers.add(entriesOf(reply));
  }

  private async keepPolling(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await this.pollAll();
      await this.clock.sleep(POLL_INTERVAL_MS, signal).catch(() => undefined); // Closing.
    }
  }
}

function entriesOf(reply: unknown): readonly WideEntry[] {
  if (!Array.isArray(reply)) throw new RedisUnavailable('the answer is no list of counters');
  const entries = pairsIn(reply).map(([name, number]) => [name, Number(number)] as const);
  if (entries.some(([, number]) => Number.isNaN(number))) throw new RedisUnavailable('a counter is no number');
  return entries;
}

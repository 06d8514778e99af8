import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { ChangeFeed } from '../customer-changes/feed/change-feed.ts';
import { type Changed, readFeedMessage } from '../customer-changes/feed/feed-messages.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { RedisSubscription } from '../redis/redis-subscription.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { MemoryCache } from './memory-cache.ts';
import { WideInvalidations } from './wide/wide-invalidations.ts';

/**
 * The events of other processes: a customer was forgotten, marked stale or changed, a wide invalidation was made, a refresh
 * has ended. This process drops its copy of a forgotten customer, has Redis confirm that of a changed one, and reads the
 * counters of wide invalidations. It revalidates all copies after each new subscription, because it may have missed events.
 */
@Injectable()
export class CacheBus {
  /** The channel on which processes that share a Redis announce invalidations and finished refreshes. */
  readonly channel: string;
  private readonly self = randomUUID();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(
    { redis }: Config,
    private readonly subscription: RedisSubscription,
    copies: MemoryCache,
    wide: WideInvalidations,
    clock: Clock,
    metrics: CacheMetrics,
    feed: ChangeFeed,
  ) {
    this.channel = `${redis?.keyPrefix ?? ''}customer-profiles:events`;
    subscription.listen(this.channel, {
      onSubscribed: () => {
        copies.requireRevalidation();
        void wide.pollAll();
      },
      onMessage: (message) => {
        const [sender, kind, subject = ''] = message.split(' ');
        if (kind === 'ended') for (const name of subject.split(',')) this.notify(name);
        if (kind === 'ended' || sender === this.self) return;
        if (kind === 'invalidated') void wide.poll(subject);
        else {
          const colon = subject.indexOf(':');
          const customer = { organisation: subject.slice(0, colon), customerId: subject.slice(colon + 1) };
          if (kind === 'stale') copies.change(customer, (copy) => copy.expired(clock.now()));
          else if (kind === 'forgotten') copies.invalidate(customer);
          else return;
        }
        metrics.invalidations.inc({ direction: 'received' });
      },
    });
    const confirm = (changed: Changed): void => {
      if (changed === 'all') copies.requireRevalidation();
      else copies.confirmNext(changed);
    };
    subscription.listen(feed.channel, {
      onSubscribed: () => undefined,
      onMessage: (message) => {
        const { changed } = readFeedMessage(message);
        if (changed) confirm(changed);
      },
    });
    // Consumers that this process answers may ask it before the message arrives.
    feed.onChange(confirm);
  }

  /** Whether this process receives events. */
  get isConnected(): boolean {
    return this.subscription.subscribed;
  }

  /** Monotonic milliseconds until which this process has missed no event. */
  get completeUntil(): number {
    return this.subscription.completeUntil;
  }

  /** The message that makes the other processes forget their copies of a customer, or refresh them. */
  customerMessage(kind: 'forgotten' | 'stale', { organisation, customerId }: CustomerKey): string {
    return this.messageOf(kind, `${organisation}:${customerId}`);
  }

  /** The message that a wide invalidation was made. */
  invalidatedMessage(organisation: string): string {
    return this.messageOf('invalidated', organisation);
  }

  /** The message that the refreshes with these names have ended. */
  endedMessage(names: readonly string[]): string {
    return this.messageOf('ended', names.join());
  }

  /** Listens for the end of the refresh with this name, from now on until `stop`. */
  once(name: string): { readonly ended: Promise<void>; readonly stop: () => void } {
    const { promise: ended, resolve } = Promise.withResolvers<undefined>();
    const notify = (): void => {
      resolve(undefined);
    };
    const waiters = this.waiting.get(name) ?? new Set();
    this.waiting.set(name, waiters.add(notify));
    const stop = (): void => {
      waiters.delete(notify);
      if (waiters.size === 0 && this.waiting.get(name) === waiters) this.waiting.delete(name);
    };
    return { ended, stop };
  }

  /** @param subject without a space */
  private messageOf(kind: 'forgotten' | 'stale' | 'invalidated' | 'ended', subject: string): string {
    return `${this.self} ${kind} ${subject}`;
  }

  private notify(name: string): void {
    for (const resolve of this.waiting.get(name) ?? []) resolve();
  }
}

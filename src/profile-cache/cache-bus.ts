import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Config } from '../config/config.ts';
import { RedisSubscription } from '../redis/redis-subscription.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { MemoryCache } from './memory-cache.ts';

/**
 * The events of other processes: a customer was forgotten, a refresh has ended. This process drops its copy of a forgotten customer.
 * It revalidates all copies after each new subscription, because it may have missed events.
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
    metrics: CacheMetrics,
  ) {
    this.channel = `${redis?.keyPrefix ?? ''}customer-profiles:events`;
    subscription.listen(this.channel, {
      onSubscribed: () => {
        copies.requireRevalidation();
      },
      onMessage: (message) => {
        const [sender, kind, subject = ''] = message.split(' ');
        if (kind === 'ended') for (const name of subject.split(',')) this.notify(name);
        if (kind !== 'forgotten' || sender === this.self) return;
        const colon = subject.indexOf(':');
        copies.invalidate({ organisation: subject.slice(0, colon), customerId: subject.slice(colon + 1) });
        metrics.invalidations.inc({ direction: 'received' });
      },
    });
  }

  /** Whether this process receives events. */
  get isConnected(): boolean {
    return this.subscription.subscribed;
  }

  /** Monotonic milliseconds until which this process has heard everything. */
  get heardUntil(): number {
    return this.subscription.heardUntil;
  }

  /** The message that says so. `subject` holds no space. */
  message(kind: 'forgotten' | 'ended', subject: string): string {
    return `${this.self} ${kind} ${subject}`;
  }

  /** Listens for the end of the refresh of that name, from now on until `stop`. */
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

  private notify(name: string): void {
    for (const resolve of this.waiting.get(name) ?? []) resolve();
  }
}

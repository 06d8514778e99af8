import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { RedisSubscription } from '../redis/redis-subscription.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { MemoryCache } from './memory-cache.ts';

/** Where the processes that share a Redis tell each other what they have forgotten and what they have finished. */
export const CACHE_BUS_CHANNEL = 'customer-profiles:events';

/**
 * What other processes tell: a customer was forgotten, a refresh has ended. Copies in this process are dropped at the
 * first, and all are doubted whenever the channel is subscribed anew, because something may have been missed.
 */
@Injectable()
export class CacheBus {
  private readonly self = randomUUID();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly subscription: RedisSubscription,
    copies: MemoryCache,
    metrics: CacheMetrics,
  ) {
    subscription.listen(CACHE_BUS_CHANNEL, {
      onSubscribed: () => {
        copies.requireRevalidation();
      },
      onMessage: (message) => {
        const [sender, kind, subject = ''] = message.split(' ');
        if (kind === 'ended') for (const name of subject.split(',')) this.wake(name);
        if (kind !== 'forgotten' || sender === this.self) return;
        const colon = subject.indexOf(':');
        copies.invalidate({ organisation: subject.slice(0, colon), customerId: subject.slice(colon + 1) });
        metrics.invalidations.inc({ direction: 'received' });
      },
    });
  }

  /** Whether news can be heard at all. */
  get isConnected(): boolean {
    return this.subscription.subscribed;
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

  private wake(name: string): void {
    for (const wake of this.waiting.get(name) ?? []) wake();
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { RedisSubscription } from '../redis/redis-subscription.ts';
import { ChangeWatch } from './change-watch.ts';
import { ChangeFeed } from './feed/change-feed.ts';
import { ChangeMetrics } from './feed/change-metrics.ts';
import { readFeedMessage } from './feed/feed-messages.ts';

/** One watch for each organisation, notified by the connection that listens to all events. */
@Injectable()
export class ChangeWatches {
  private readonly watches = new Map<string, ChangeWatch>();

  constructor(
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
    private readonly metrics: ChangeMetrics,
    subscription: RedisSubscription,
  ) {
    subscription.listen(feed.channel, {
      // The poll each second finds missed events.
      onSubscribed: () => undefined,
      onMessage: (message) => {
        const { organisation, isRemoval } = readFeedMessage(message);
        this.watches.get(organisation)?.onAnnounced(isRemoval);
      },
    });
  }

  /** @param organisation a configured one */
  of(organisation: string): ChangeWatch {
    let watch = this.watches.get(organisation);
    if (!watch) {
      watch = new ChangeWatch(organisation, this.feed, this.clock, this.metrics);
      this.watches.set(organisation, watch);
    }
    return watch;
  }
}

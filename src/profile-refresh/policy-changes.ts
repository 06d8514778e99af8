import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { hash } from 'node:crypto';
import { Config } from '../config/config.ts';
import { ChangeFeed } from '../customer-changes/feed/change-feed.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { ResponseBuilder } from './response-builder.ts';

/**
 * Announces a changed merge policy or changed merge rules to each organisation's change feed, as soon as Redis can be
 * reached.
 */
@Injectable()
export class PolicyChanges implements OnApplicationBootstrap {
  /** The organisations whose feed has this process's way to merge. */
  private readonly announced = new Set<string>();

  constructor(
    private readonly config: Config,
    private readonly connection: RedisConnection,
    private readonly feed: ChangeFeed,
    private readonly responses: ResponseBuilder,
  ) {}

  /** By this hook the connection has already waited for Redis. */
  onApplicationBootstrap(): void {
    this.connection.onReady(() => void this.announce());
    this.config.organisations.onReplaced(() => void this.announce());
    void this.announce();
  }

  private async announce(): Promise<void> {
    const policy = hash('sha256', this.responses.mergeKey, 'base64url').slice(0, 22);
    for (const organisation of this.config.organisations.keys()) {
      if (this.announced.has(organisation)) continue;
      this.announced.add(organisation);
      try {
        await this.feed.appendPolicy(organisation, policy);
      } catch {
        this.announced.delete(organisation); // The next connection to Redis announces it.
        return;
      }
    }
  }
}

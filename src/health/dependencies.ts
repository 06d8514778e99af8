import { Injectable } from '@nestjs/common';
import { RedisConnection } from '../redis/redis.connection.ts';
import { Quota } from '../upstream/quota.ts';
import { type UpstreamHealth, UpstreamStatus } from '../upstream/upstream-status.ts';

/** What traffic has told about everything this process depends on. */
export interface DependencyReport {
  readonly redis: { readonly configured: boolean; readonly state: 'ready' | 'unreachable' | 'not_configured' };
  /** Only what has been called since the start. */
  readonly upstreams: readonly (UpstreamHealth & {
    /** Calls left in the rolling five seconds when last asked; null where there is no quota. */
    readonly quotaLeft: number | null;
  })[];
}

/** Reports on Redis and the upstreams without asking any of them. */
@Injectable()
export class Dependencies {
  constructor(
    private readonly connection: RedisConnection,
    private readonly status: UpstreamStatus,
    private readonly quota: Quota,
  ) {}

  report(): DependencyReport {
    const { client } = this.connection;
    return {
      redis: {
        configured: client !== null,
        state: client === null ? 'not_configured' : client.status === 'ready' ? 'ready' : 'unreachable',
      },
      upstreams: this.status.report().map((health) => ({
        ...health,
        quotaLeft: health.upstream === 'reseller' ? this.quota.left(health.organisation) : null,
      })),
    };
  }
}

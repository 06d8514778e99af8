import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { RedisAudit, type RedisAuditResult } from '../redis/redis-audit.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { RedisSubscription } from '../redis/redis-subscription.ts';
import { type CountedDrift, Drift } from '../upstream/drift.ts';
import { Quota } from '../upstream/quota.ts';
import { type UpstreamHealth, UpstreamStatus } from '../upstream/upstream-status.ts';

/** What traffic has told about everything this process depends on. */
export interface DependencyReport {
  readonly redis: RedisReport;
  /** Only what has been called since the start. */
  readonly upstreams: readonly (UpstreamHealth & {
    /** Calls left in the rolling five seconds when last asked; null where there is no quota. */
    readonly quotaLeft: number | null;
  })[];
  /** What upstreams have sent beyond their documentation since the start. */
  readonly drift: readonly CountedDrift[];
}

interface RedisReport extends RedisAuditResult {
  readonly configured: boolean;
  readonly state: 'ready' | 'unreachable' | 'not_configured';
  readonly mode: 'standalone' | 'cluster' | 'sentinel' | null;
  readonly breaker: 'closed' | 'half-open' | 'open';
  /** Whether events of other processes are heard. */
  readonly subscribed: boolean;
}

/** Reports on Redis and the upstreams without asking any of them. */
@Injectable()
export class Dependencies {
  constructor(
    private readonly config: Config,
    private readonly connection: RedisConnection,
    private readonly subscription: RedisSubscription,
    private readonly checks: RedisAudit,
    private readonly status: UpstreamStatus,
    private readonly quota: Quota,
    private readonly drift: Drift,
  ) {}

  report(): DependencyReport {
    const { client } = this.connection;
    return {
      redis: {
        configured: client !== null,
        state: client === null ? 'not_configured' : client.status === 'ready' ? 'ready' : 'unreachable',
        mode: this.config.redis?.address.mode ?? null,
        breaker: this.connection.breakerState,
        subscribed: this.subscription.subscribed,
        ...this.checks.findings,
      },
      upstreams: this.status.report().map((health) => ({
        ...health,
        quotaLeft: health.upstream === 'reseller' ? this.quota.left(health.organisation) : null,
      })),
      drift: this.drift.report(),
    };
  }
}

import { Injectable } from '@nestjs/common';
import { CallersFile } from '../auth/callers-file.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { RedisAudit } from '../redis/redis-audit.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { RedisSubscription } from '../redis/redis-subscription.ts';
import { OrganisationsFile } from '../reloaded-files/organisations-file.ts';
import { Drift } from '../upstream/drift/drift.ts';
import { Quota } from '../upstream/quota/quota.ts';
import { UpstreamStatus } from '../upstream/upstream-status.ts';
import { type DependencyReport } from './health.schema.ts';
import { SweepProgress } from './sweep-progress.ts';

/** Reports on Redis and the upstreams without calling them. */
@Injectable()
export class Dependencies {
  constructor(
    private readonly connection: RedisConnection,
    private readonly subscription: RedisSubscription,
    private readonly checks: RedisAudit,
    private readonly status: UpstreamStatus,
    private readonly quota: Quota,
    private readonly drift: Drift,
    private readonly callersFile: CallersFile,
    private readonly organisationsFile: OrganisationsFile,
    private readonly sweep: SweepProgress,
  ) {}

  report(): DependencyReport {
    const { client } = this.connection;
    return {
      redis: {
        configured: client !== null,
        state: this.stateOfRedis(),
        errorCode: this.connection.trouble?.errorCode ?? null,
        refusals: this.connection.refused.map(({ since, ...refusal }) => ({
          ...refusal,
          since: isoInstant(since),
        })),
        mode: this.connection.mode,
        breaker: this.connection.breakerState,
        nodesAway: this.connection.nodesAway,
        subscribed: this.subscription.subscribed,
        ...this.checks.findings,
      },
      upstreams: this.status.report().map((health) => ({
        ...health,
        quotaLeft: health.upstream === 'reseller' ? this.quota.left(health.organisation) : null,
      })),
      drift: this.drift.report(),
      callersFile: reportOn(this.callersFile),
      organisationsFile: reportOn(this.organisationsFile),
      sweep: this.sweep.report,
    };
  }

  private stateOfRedis(): DependencyReport['redis']['state'] {
    if (this.connection.client === null) return 'not_configured';
    if (this.connection.isReady) return 'ready';
    return this.connection.trouble?.refusal ? 'refused' : 'unreachable';
  }
}

const reportOn = ({ state }: CallersFile | OrganisationsFile): DependencyReport['callersFile'] =>
  state && { loadedAt: isoInstant(state.loadedAt), refused: state.isRefused };

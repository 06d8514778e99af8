import { HttpModule, HttpService } from '@nestjs/axios';
import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { CallPipeline } from './call-pipeline.ts';
import { Attempt } from './attempt.ts';
import { Drift } from './drift.ts';
import { type OutboundAgents, outboundAgents } from './outbound-agents.ts';
import { Quota } from './quota.ts';
import { Cooldowns } from './cooldowns.ts';
import { UpstreamPolicies } from './upstream-policies.ts';
import { UpstreamHttp } from './upstream-http.ts';
import { UpstreamMetrics } from './upstream-metrics.ts';
import { UpstreamStatus } from './upstream-status.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** Closes idle sockets before a server with the usual five seconds does. */
const agentOptions = {
  keepAlive: true,
  timeout: 4000,
  maxFreeSockets: 64,
  scheduling: 'lifo',
} as const;

/** The HTTP client without surprising defaults: no redirects, no proxy but ours, no unlimited body. */
@Module({
  imports: [
    RedisModule,
    HttpModule.registerAsync({
      inject: [Config],
      useFactory: ({ outboundProxy }: Config) => ({
        adapter: 'http',
        ...outboundAgents(outboundProxy, agentOptions),
        // The agents know our proxy; `false` would make axios go round it.
        ...(outboundProxy === null ? { proxy: false } : {}),
        maxRedirects: 0,
        maxContentLength: MAX_BODY_BYTES,
        maxBodyLength: MAX_BODY_BYTES,
        responseType: 'arraybuffer',
        transformRequest: [(data: unknown) => data],
        transformResponse: [(data: unknown) => data],
        validateStatus: () => true,
      }),
    }),
  ],
  providers: [
    CallPipeline,
    Attempt,
    Drift,
    Quota,
    Cooldowns,
    UpstreamPolicies,
    UpstreamHttp,
    UpstreamMetrics,
    UpstreamStatus,
  ],
  exports: [Drift, Quota, UpstreamHttp, UpstreamStatus],
})
export class UpstreamModule implements OnApplicationShutdown {
  constructor(private readonly http: HttpService) {}

  /** Idle connections to the upstreams would outlive the service. */
  onApplicationShutdown(): void {
    const { httpAgent, httpsAgent } = this.http.axiosRef.defaults as unknown as OutboundAgents;
    httpAgent.destroy();
    httpsAgent.destroy();
  }
}

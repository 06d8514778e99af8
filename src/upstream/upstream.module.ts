import { HttpModule, HttpService } from '@nestjs/axios';
import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { SERVICE_NAME } from '../config/service-name.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { ResilienceModule } from '../resilience/resilience.module.ts';
import { SERVICE_VERSION } from '../telemetry/build-info.ts';
import { Attempt } from './attempt.ts';
import { CallPipeline } from './call-pipeline.ts';
import { Cooldowns } from './cooldowns.ts';
import { Drift } from './drift/drift.ts';
import { httpAdapter } from './http-adapter.ts';
import { type OutboundAgents, outboundAgents } from './outbound-agents.ts';
import { Quota } from './quota/quota.ts';
import { UpstreamHttp } from './upstream-http.ts';
import { UpstreamMetrics } from './upstream-metrics.ts';
import { UpstreamPolicies } from './upstream-policies.ts';
import { UpstreamStatus } from './upstream-status.ts';

/** The default limit of an answer. */
const MAX_ANSWER_BYTES = 256 * 1024;
/**
 * Replaces defaults of axios, which it would merge into each call at half of its own cost: headers for each method, and options that
 * our adapter does not have.
 */
const DEFAULTS = {
  headers: {
    Accept: 'application/json, text/plain, */*',
    // Identifies this service to the support of an upstream.
    'User-Agent': `${SERVICE_NAME}/${SERVICE_VERSION}`,
  },
  env: undefined,
  maxBodyLength: undefined,
  timeout: undefined,
  transitional: undefined,
  xsrfCookieName: undefined,
  xsrfHeaderName: undefined,
};
/** Closes idle sockets earlier than a server with the usual five seconds. */
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
    ResilienceModule,
    HttpModule.registerAsync({
      inject: [Config],
      useFactory: ({ outboundProxy }: Config) => ({
        adapter: httpAdapter,
        ...outboundAgents(outboundProxy, agentOptions),
        maxContentLength: MAX_ANSWER_BYTES,
        responseType: 'arraybuffer',
        transformRequest: [],
        transformResponse: [],
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
  constructor(private readonly http: HttpService) {
    Object.assign(http.axiosRef.defaults, DEFAULTS);
  }

  /** Idle connections to the upstreams would outlive the service. */
  onApplicationShutdown(): void {
    const { httpAgent, httpsAgent } = this.http.axiosRef.defaults as unknown as OutboundAgents;
    httpAgent.destroy();
    httpsAgent.destroy();
  }
}

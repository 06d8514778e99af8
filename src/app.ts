import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { AppModule } from './app.module.ts';
import { EarlyAdmission } from './auth/early-admission.ts';
import { type Clock } from './config/clock.ts';
import { type Config } from './config/config.ts';
import { type HttpConfig } from './config/http-config.ts';
import { HotReads } from './customer-profiles/hot-reads.ts';
import { serveApiReference } from './describe-api.ts';
import { newAdapter } from './fastify-adapter.ts';
import { Lifecycle } from './health/lifecycle.ts';
import { AnswerWriter } from './http-server/answer-writer.ts';
import { drainConnections } from './http-server/closing-connections.ts';
import { requireOneHost } from './http-server/host-header.ts';
import { ManagementPort } from './http-server/management-port.ts';
import { answerMethodNotAllowed } from './http-server/method-not-allowed.ts';
import { readBodiesInTime } from './http-server/request-bodies.ts';
import { setStorageHeaders } from './http-server/storage-headers.ts';
import { cutOffUnreadAnswers } from './http-server/unread-answers.ts';
import { allowLongLists } from './invalidations/invalidation-bodies.ts';
import { serveErrorReference } from './problems/error-reference.ts';
import { type AuditOutput } from './telemetry/audit-output.ts';
import { showBuild } from './telemetry/build-info.ts';
import { EndedRequests } from './telemetry/ended-requests.ts';
import { showMemoryLimit } from './telemetry/memory-limit.ts';
import { Metrics } from './telemetry/metrics.ts';
import { NestLogger } from './telemetry/nest-logger.ts';
import { logRequests } from './telemetry/request-log.ts';
import { measureRequests } from './telemetry/request-metrics.ts';
import { showSpanCounts, SpanCounts } from './telemetry/traces/span-counts.ts';
import { traceRequests } from './telemetry/traces/trace-requests.ts';
import { type Traces } from './telemetry/traces/traces.ts';

const CREDENTIALS_HEADER = { none: null, 'api-key': 'x-api-key', jwt: 'authorization' } as const;

/** The whole service, not yet listening. */
export async function createApp(
  config: Config,
  logger: Logger,
  clock: Clock,
  auditOutput: AuditOutput,
): Promise<NestFastifyApplication> {
  const requests = new EndedRequests(clock);
  const spanCounts = new SpanCounts();
  const traces = await tracesOf(config, clock, logger, spanCounts);
  const adapter = newAdapter(config.http, requests);
  const fastify = adapter.getInstance();
  fastify.decorate('answerWriter', new AnswerWriter(fastify));
  fastify.removeContentTypeParser('text/plain');
  // A DELETE has no body, even when its headers announce one.
  fastify.addHttpMethod('DELETE', { hasBody: false, overrideExisting: true });
  observe(fastify, requests, traces, logger, clock);
  requireOneHost(fastify);
  setStorageHeaders(fastify, CREDENTIALS_HEADER[config.auth.mode]);
  const registerOthers = answerMethodNotAllowed(fastify);
  fastify.decorate('managementPort', config.http.managementPort === null ? null : new ManagementPort(fastify));
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, clock, logger, auditOutput),
    adapter,
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
  );
  showMetrics(app.get(Metrics), requests, spanCounts, config.revision);
  addHooks(app, config.http, clock);
  serveApiReference(app, config.http.publicUrl);
  serveErrorReference(fastify);
  await app.init();
  registerOthers();
  return app;
}

/** Traces and logs every request, even one that matches no route. */
function observe(
  fastify: FastifyInstance,
  requests: EndedRequests,
  traces: Traces | null,
  logger: Logger,
  clock: Clock,
): void {
  requests.watch(fastify);
  traceRequests(fastify, requests, traces);
  fastify.decorate('traces', traces);
  logRequests(fastify, requests, logger, clock);
}

/** Shows the metrics that do not belong to a module. */
function showMetrics(metrics: Metrics, requests: EndedRequests, spanCounts: SpanCounts, revision: string): void {
  measureRequests(requests, metrics);
  showSpanCounts(metrics, spanCounts);
  showBuild(metrics, revision);
  showMemoryLimit(metrics);
}

/** Adds the hooks that run after those of `observe`; some of them need Nest's providers. */
function addHooks(app: NestFastifyApplication, http: HttpConfig, clock: Clock): void {
  const fastify = app.getHttpAdapter().getInstance();
  const lifecycle = app.get(Lifecycle);
  cutOffUnreadAnswers(fastify);
  drainConnections(fastify, clock, () => lifecycle.draining);
  readBodiesInTime(fastify, clock, {
    timeoutMs: http.bodyTimeoutMs,
    minBytesPerSecond: http.minUploadBytesPerSecond,
  });
  app.get(HotReads).watch(fastify);
  app.get(EarlyAdmission).watch(fastify);
  allowLongLists(fastify);
}

/** Loads the SDK only when traces are exported. */
async function tracesOf(config: Config, clock: Clock, log: Logger, counts: SpanCounts): Promise<Traces | null> {
  if (!config.traces) return null;
  const { openTraces } = await import('./telemetry/traces/open-traces.ts');
  return openTraces(config.traces, clock, log, counts);
}

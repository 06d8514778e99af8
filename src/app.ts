import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Logger } from 'pino';
import { AppModule } from './app.module.ts';
import { randomUUID } from 'node:crypto';
import { type Clock } from './config/clock.ts';
import { type Config } from './config/config.ts';
import { serveApiReference } from './describe-api.ts';
import { Lifecycle } from './health/lifecycle.ts';
import { answerClientError } from './http-server/client-error.ts';
import { serveErrorReference } from './problems/error-reference.ts';
import { cutOffUnreadAnswers } from './http-server/unread-answers.ts';
import { readBodiesInTime } from './http-server/request-bodies.ts';
import { requireOneHost } from './http-server/host-header.ts';
import { answerMethodNotAllowed } from './http-server/method-not-allowed.ts';
import { sayHowToStore } from './http-server/storage-headers.ts';
import { writeAnswersTogether } from './http-server/written-together.ts';
import { PROBLEM_MEDIA_TYPE } from './problems/problem.ts';
import { toProblem } from './problems/translate.ts';
import { EndedRequests } from './telemetry/ended-requests.ts';
import { Metrics } from './telemetry/metrics.ts';
import { NestLogger } from './telemetry/nest-logger.ts';
import { requestIdOf } from './telemetry/request-id.ts';
import { logRequests } from './telemetry/request-log.ts';
import { measureRequests } from './telemetry/request-metrics.ts';
import { drainConnections } from './http-server/closing-connections.ts';

/** Of every body but an import's. */
const MAX_BODY_BYTES = 32 * 1024;

const CREDENTIALS_HEADER = { none: null, 'api-key': 'x-api-key', jwt: 'authorization' } as const;

/** The whole service, not yet listening. */
export async function createApp(config: Config, logger: Logger, clock: Clock): Promise<NestFastifyApplication> {
  const requests = new EndedRequests(clock);
  const adapter = new FastifyAdapter({
    // Bodies have a time of their own.
    requestTimeout: 0,
    connectionTimeout: config.http.sendTimeoutMs,
    keepAliveTimeout: config.http.keepAliveTimeoutMs,
    bodyLimit: MAX_BODY_BYTES,
    http: {
      headersTimeout: config.http.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(500, config.http.headersTimeoutMs),
      maxHeaderSize: config.http.maxHeaderBytes,
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 512 },
    return503OnClosing: false,
    skipMiddie: true,
    genReqId: requestIdOf,
    clientErrorHandler: (error, socket) => {
      const requestId = requests.idOn(socket) ?? randomUUID();
      const problem = answerClientError(error, socket, requestId, config.http.publicUrl);
      if (problem) requests.refusedBytes(socket, requestId, problem, error.code);
    },
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      const problem = toProblem(error);
      requests.refusedUrl(request, problem);
      void reply
        .code(problem.status)
        .headers({
          'content-type': PROBLEM_MEDIA_TYPE,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'x-request-id': request.id,
        })
        .send(JSON.stringify(problem.toBody(request.id, config.http.publicUrl)));
    },
  });
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  // A DELETE has no body, whatever its headers say.
  fastify.addHttpMethod('DELETE', { hasBody: false, overrideExisting: true });
  requests.watch(fastify);
  logRequests(fastify, requests, logger);
  requireOneHost(fastify);
  sayHowToStore(fastify, CREDENTIALS_HEADER[config.auth.mode]);
  const registerOthers = answerMethodNotAllowed(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config, clock, logger), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const lifecycle = app.get(Lifecycle);
  cutOffUnreadAnswers(fastify);
  drainConnections(fastify, () => lifecycle.draining);
  readBodiesInTime(fastify, clock, {
    timeoutMs: config.http.bodyTimeoutMs,
    minBytesPerSecond: config.http.minUploadBytesPerSecond,
  });
  writeAnswersTogether(fastify);
  measureRequests(requests, app.get(Metrics));
  serveApiReference(app, config.http.publicUrl);
  serveErrorReference(fastify);
  await app.init();
  registerOthers();
  return app;
}

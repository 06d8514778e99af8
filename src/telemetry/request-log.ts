import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { type Clock } from '../config/clock.ts';
import { noteRoutes, routeOf } from './request-route.ts';

/** Echoes `X-Request-Id` on every answer and logs one line a request; health probes only at level debug. */
export function logRequests(fastify: FastifyInstance, log: Logger, clock: Clock): void {
  noteRoutes(fastify);
  fastify.decorateRequest('receivedAtMs', 0);
  fastify.addHook('onRequest', (request, reply, done) => {
    request.receivedAtMs = clock.monotonic();
    reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const line = {
      requestId: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      durationMs: Math.round((clock.monotonic() - request.receivedAtMs) * 10) / 10,
      ...request.logFields,
    };
    if (route.startsWith('/health/')) log.debug(line, 'request');
    else log.info(line, 'request');
    done();
  });
  // Only where it is logged: the framework then listens on every request, which costs more than all other hooks here.
  if (!log.isLevelEnabled('debug')) return;
  fastify.addHook('onRequestAbort', (request, done) => {
    log.debug({ requestId: request.id, route: routeOf(request), event: 'caller_left' }, 'request');
    done();
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Monotonic milliseconds at which the request's headers had arrived. */
    receivedAtMs: number;
    /** Fields that handlers add to the request's log line. */
    logFields?: {
      caller?: string;
      cacheDemand?: string;
      organisation?: string;
      cache?: string;
      complete?: boolean;
      /** For a problem. */
      code?: string;
      source?: string;
      state?: string;
      reason?: string;
    };
  }
}

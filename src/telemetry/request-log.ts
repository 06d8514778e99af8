import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { CALLER_LEFT, type EndedRequests } from './ended-requests.ts';

/** Echoes `X-Request-Id` on every answer and logs one line a request; health probes only at level debug. */
export function logRequests(fastify: FastifyInstance, requests: EndedRequests, log: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  requests.onEnd(({ requestId, method, route, status, durationMs, fields }) => {
    const line = {
      requestId,
      method,
      route,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      ...fields,
      ...(status === CALLER_LEFT ? { event: 'caller_left' } : null),
    };
    if (route.startsWith('/health/')) log.debug(line, 'request');
    else log.info(line, 'request');
  });
}

declare module 'fastify' {
  interface FastifyRequest {
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

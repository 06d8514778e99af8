import { type FastifyInstance } from 'fastify';
import { type Logger } from 'pino';
import { type Clock } from '../config/clock.ts';
import { CALLER_LEFT, type EndedRequests } from './ended-requests.ts';
import { addLogFields } from './log-fields.ts';
import { lineWriter } from './logger.ts';
import { replacedIdOf } from './request-id.ts';

/** Echoes `X-Request-Id` in every answer and logs one line for each request; for health probes only at level debug. */
export function logRequests(fastify: FastifyInstance, requests: EndedRequests, log: Logger, clock: Clock): void {
  const write = lineWriter(log, clock, 'request');
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    const replacedRequestId = replacedIdOf(request.raw, request.id);
    if (replacedRequestId !== undefined) addLogFields(request, { replacedRequestId });
    done();
  });
  requests.onEnd(({ requestId, method, route, status, durationMs, fields, trace }) => {
    const request = { requestId, method, route, status, durationMs: Math.round(durationMs * 10) / 10 };
    const left = status === CALLER_LEFT ? { event: 'caller_left' } : null;
    write(route.startsWith('/health/') ? 'debug' : 'info', trace, request, fields, left);
  });
}

import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { type HttpConfig } from './config/http-config.ts';
import { answerClientError } from './http-server/client-error.ts';
import { PROBLEM_MEDIA_TYPE } from './problems/problem.ts';
import { toProblem } from './problems/translate.ts';
import { type EndedRequests } from './telemetry/ended-requests.ts';
import { requestIdOf } from './telemetry/request-id.ts';

/** The limit of every body except an import and the list of an invalidation. */
const MAX_BODY_BYTES = 32 * 1024;

/** No route has a schema of Fastify. Its compilers would be loaded at the start. */
const noSchema = (): never => {
  throw new Error('routes have no schemas');
};

/**
 * The HTTP server with its limits. It answers a request that it refuses before a route with a problem, and notes it in
 * `requests`.
 */
export function newAdapter(http: HttpConfig, requests: EndedRequests): FastifyAdapter {
  return new FastifyAdapter({
    // Bodies have their own time limit.
    requestTimeout: 0,
    connectionTimeout: http.sendTimeoutMs,
    keepAliveTimeout: http.keepAliveTimeoutMs,
    bodyLimit: MAX_BODY_BYTES,
    http: {
      headersTimeout: http.headersTimeoutMs,
      connectionsCheckingInterval: Math.min(500, http.headersTimeoutMs),
      maxHeaderSize: http.maxHeaderBytes,
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 512 },
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
    return503OnClosing: false,
    skipMiddie: true,
    genReqId: requestIdOf,
    clientErrorHandler: (error, socket) => {
      const requestId = requests.idOn(socket) ?? randomUUID();
      const problem = answerClientError(error, socket, requestId, http.publicUrl);
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
        .send(JSON.stringify(problem.toBody(request.id, http.publicUrl)));
    },
  });
}

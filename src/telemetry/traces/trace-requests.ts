import { type FastifyInstance } from 'fastify';
import { type EndedRequests } from '../ended-requests.ts';
import { type TraceScope } from './trace-scope.ts';
import { type Traces } from './traces.ts';

/** Probes and scrapes are frequent, and nobody needs their traces. */
const isUntraced = (url: string): boolean => url.startsWith('/health/') || url === '/metrics';

/** Gives each request its scope in a trace, and ends the scope with the request. Without `traces` requests have no scope, at no cost. */
export function traceRequests(fastify: FastifyInstance, requests: EndedRequests, traces: Traces | null): void {
  fastify.decorateRequest('trace', null);
  if (!traces) return;
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (isUntraced(request.url)) {
      done();
      return;
    }
    request.trace = traces.request(request.method, request.headers.traceparent);
    // Such hooks answer warm hits, which need no scope without spans.
    if (request.trace.isSampled) request.trace.run(done);
    else done();
  });
  // The handler's own scope. It needs one because listeners of the connection, which is older than the request, read the
  // body.
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (request.trace) request.trace.run(done);
    else done();
  });
  requests.onEnd(({ trace, method, route, status, fields }) => {
    if (!trace?.isSampled) {
      trace?.end();
      return;
    }
    const template = route === 'none' ? null : route.replace(/:(\w+)/g, '{$1}');
    if (template !== null) trace.rename(`${method} ${template}`);
    trace.set({
      'http.request.method': method,
      'url.scheme': 'http',
      ...(template === null ? {} : { 'http.route': template }),
      'http.response.status_code': status,
      ...(fields?.cache === undefined ? {} : { 'customer_profile.cache.outcome': fields.cache }),
      ...(fields?.complete === undefined ? {} : { 'customer_profile.complete': fields.complete }),
      ...(fields?.code === undefined ? {} : { 'customer_profile.problem.code': fields.code }),
    });
    trace.end(status >= 500 ? (fields?.code ?? String(status)) : null);
  });
}

declare module 'fastify' {
  interface FastifyInstance {
    /** null: nothing is traced. */
    traces: Traces | null;
  }
  interface FastifyRequest {
    /** Its scope in a trace; null: requests are not traced, or this one is not. */
    trace: TraceScope | null;
  }
}

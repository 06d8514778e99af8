import { type FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';
import { type Clock } from '../config/clock.ts';
import { type Metrics } from './metrics.ts';
import { routeOf } from './request-route.ts';

/** Measures every request, by route pattern and never by path, so that the number of series stays bounded. */
export function measureRequests(fastify: FastifyInstance, { registry }: Metrics, clock: Clock): void {
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Requests answered.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  // Looks each series up once. Routes, methods and statuses bound their number.
  const series = new Map<string, Histogram.Internal<string>>();
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = routeOf(request);
    const name = `${method} ${route} ${reply.statusCode}`;
    let one = series.get(name);
    if (!one) {
      one = duration.labels(method, route, String(reply.statusCode));
      series.set(name, one);
    }
    one.observe((clock.monotonic() - request.receivedAtMs) / 1000);
    done();
  });
}

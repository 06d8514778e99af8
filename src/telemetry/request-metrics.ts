import { Histogram } from 'prom-client';
import { type EndedRequests } from './ended-requests.ts';
import { type Metrics } from './metrics.ts';

/** Measures every request, by route pattern and never by path, so that the number of series stays bounded. */
export function measureRequests(requests: EndedRequests, { registry }: Metrics): void {
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Requests that ended; status 499: the caller left before the answer.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  // Looks each series up once. Routes, methods and statuses bound their number.
  const series = new Map<string, Histogram.Internal<string>>();
  requests.onEnd(({ method, route, status, durationMs }) => {
    const name = `${method} ${route} ${status}`;
    let one = series.get(name);
    if (!one) {
      one = duration.labels(method, route, String(status));
      series.set(name, one);
    }
    one.observe(durationMs / 1000);
  });
}

import { Gauge } from 'prom-client';
import { type EndedRequests } from './ended-requests.ts';
import { type Metrics } from './metrics.ts';
import { PlainHistogram } from './plain-histogram.ts';

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** The role of the cache in a read. */
type CachePart = 'hit' | 'stale' | 'fetched';

/** Measures every request, by route pattern and never by path, so that the number of series stays bounded. */
export function measureRequests(requests: EndedRequests, metrics: Metrics): void {
  const { registry } = metrics;
  const duration = new PlainHistogram(
    'http_server_request_duration_seconds',
    'Requests that ended; status 499: the caller left before the answer.',
    ['http_request_method', 'http_route', 'http_response_status_code', 'error_type'],
    BUCKETS_SECONDS,
    registry,
  );
  // Looks each series up once. Routes, methods, statuses and codes bound their number.
  const series = new Map<string, { observe(seconds: number): void }>();
  const readsBy = measuredReads(metrics);
  new Gauge({
    name: 'http_server_active_requests',
    help: 'Requests whose headers have arrived and whose answer is not yet sent.',
    registers: [registry],
    collect() {
      this.set(requests.active);
    },
  });
  requests.onEnd(({ method, route, status, durationMs, fields }) => {
    // The code of the problem: not every 5xx is a failure of this service.
    const failure = status >= 500 ? fields?.code : undefined;
    const answer = `${method} ${route} ${status}`;
    const name = failure === undefined ? answer : `${answer} ${failure}`;
    let one = series.get(name);
    if (!one) {
      one = duration.series({
        http_request_method: method,
        http_route: route,
        http_response_status_code: String(status),
        ...(failure !== undefined && { error_type: failure }),
      });
      series.set(name, one);
    }
    one.observe(durationMs / 1000);
    const cache = fields?.cache;
    if (cache !== undefined) readsBy[partOf(cache)].observe(durationMs / 1000);
  });
}

/** The durations of reads of a profile, by the role of the cache. */
function measuredReads({ registry }: Metrics): Readonly<Record<CachePart, { observe(seconds: number): void }>> {
  const reads = new PlainHistogram(
    'customer_profile_read_duration_seconds',
    'Requests for one profile, by the role of the cache: hit, stale or fetched.',
    ['cache'],
    BUCKETS_SECONDS,
    registry,
  );
  return {
    hit: reads.series({ cache: 'hit' }),
    stale: reads.series({ cache: 'stale' }),
    fetched: reads.series({ cache: 'fetched' }),
  };
}

/** @param cache the field of the log line */
function partOf(cache: string): CachePart {
  if (cache === 'hit-local' || cache === 'hit-redis') return 'hit';
  return cache === 'hit-stale' ? 'stale' : 'fetched';
}

import { type IncomingMessage, type ServerResponse } from 'node:http';
import { pino } from 'pino';
import { Histogram, register } from 'prom-client';

const ROUTE = '/v1/customer-profiles/:customerId';
const log = pino({ base: { service: 'peer' } });
const duration = new Histogram({
  name: 'http_server_request_duration_seconds',
  help: 'Requests answered.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
});

/** One log line and one observation a request, as the service makes them. */
export function requestEnded(
  { method = '' }: IncomingMessage,
  { statusCode }: ServerResponse,
  requestId: string,
  durationMs: number,
): void {
  duration.observe({ method, route: ROUTE, status: statusCode }, durationMs / 1000);
  const rounded = Math.round(durationMs * 10) / 10;
  log.info({ requestId, method, route: ROUTE, status: statusCode, durationMs: rounded, caller: 'bench' }, 'request');
}

/** Prometheus text. */
export function metricsText(): Promise<string> {
  return register.metrics();
}

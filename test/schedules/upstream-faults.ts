import { type Fault } from '../../sandbox/faults/fault.ts';
import { type UpstreamFault } from './schedule.ts';

/** What each does to every call until it is healed, or to one. */
export const FAULT_OF: Readonly<Record<UpstreamFault, Fault>> = {
  hang: { kind: 'hang' },
  reset: { kind: 'reset' },
  'reset-mid-body': { kind: 'reset-mid-body' },
  'status-500': { kind: 'status', status: 500 },
  'gateway-404': { kind: 'status', status: 404, body: { code: 404, message: 'no Route matched with those values' } },
  html: { kind: 'body', body: '<html>Service unavailable</html>', contentType: 'text/html' },
  truncated: { kind: 'body', body: '{"customerId": "30' },
  throttled: { kind: 'status', status: 429, headers: { 'Retry-After': '20' } },
  'one-401': { kind: 'status', status: 401, times: 1 },
  slow: { kind: 'delay', delayMs: 40 },
};

import type { Source } from './api.ts';
import { type Call, header } from './call.ts';

const SECRET_HEADERS = new Set(['authorization', 'x-api-key', 'cookie', 'proxy-authorization']);

/** The record of one request, without anything that a log must not show. */
export interface RecordedRequest {
  readonly source: Source;
  readonly method: string;
  /** Path and query as sent; without the query for the token endpoint, where a secret may be in it. */
  readonly path: string;
  /** `none`: no headers were sent back, or not yet. */
  status: number | 'none';
  /** The caller left before the answer was complete. */
  aborted: boolean;
  readonly correlationId: string | undefined;
  readonly requestId: string | undefined;
  /** Every header's name, as spelled and ordered by the caller. */
  readonly headerNames: readonly string[];
  /** Values by lower-case name, without those that carry a secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The record of a request that has just arrived. */
export function recordRequest(call: Call, source: Source): RecordedRequest {
  const values = Object.entries(call.headers).filter(([name]) => !SECRET_HEADERS.has(name));
  return {
    source,
    method: call.method,
    path: source === 'token' ? call.path : call.target,
    status: 'none',
    aborted: false,
    correlationId: header(call, 'x-correlation-id'),
    requestId: header(call, 'x-request-id'),
    headerNames: call.headerNames,
    headers: Object.fromEntries(values.map(([name, value]) => [name, String(value)])),
  };
}

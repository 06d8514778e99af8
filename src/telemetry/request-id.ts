import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';

const ACCEPTABLE = /^[\w.:-]{1,128}$/;

/**
 * The caller's `X-Request-Id` when it is short and plain, otherwise one of ours. It stays in our logs and answers and is
 * never sent upstream, where a repeated id would be answered with a stored response.
 */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
}

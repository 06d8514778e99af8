import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';

const MAX_LENGTH = 128;
/** Ids of common gateways are accepted, such as `8e1f7a#12` and `Root=1-67891233-abcdef`. */
const ACCEPTABLE = /^[\w.:;=#/+~-]{1,128}$/;

/**
 * The caller's `X-Request-Id` when it is short and plain, otherwise one of ours. Only our logs and answers have it: the
 * upstream would answer a repeated id with a stored response.
 */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
}

/** The caller's replaced id for the log, truncated to 128 characters, with everything but visible ASCII percent-encoded. */
export function replacedIdOf(request: IncomingMessage, requestId: string): string | undefined {
  const given = request.headers['x-request-id'];
  if (typeof given !== 'string' || given === '' || given === requestId) return undefined;
  return given.slice(0, MAX_LENGTH).replaceAll(/[^\x21-\x7e]/g, encodeURIComponent);
}

import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';

/** Also as common gateways make them: `8e1f7a#12`, `Root=1-67891233-abcdef`. */
const ACCEPTABLE = /^[\w.:;=#/+~-]{1,128}$/;

/**
 * The caller's `X-Request-Id` when it is short and plain, otherwise one of ours. It is in our logs and answers only: the
 * upstream would answer a repeated id with a stored response.
 */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
}

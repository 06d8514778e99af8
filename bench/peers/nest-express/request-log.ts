import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { requestEnded } from '../telemetry.ts';

/** Middleware: echoes `X-Request-Id`, logs and measures. */
export function logRequest(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const startedAt = performance.now();
  const requestId = (request.headers['x-request-id'] as string | undefined) ?? randomUUID();
  response.setHeader('x-request-id', requestId);
  response.once('finish', () => {
    requestEnded(request, response, requestId, performance.now() - startedAt);
  });
  next();
}

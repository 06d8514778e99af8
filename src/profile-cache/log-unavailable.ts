import { type Logger } from 'pino';
import { errorCode } from '../redis/redis-errors.ts';

/** Logs that Redis could not be used, without a key or a value. */
export function logUnavailable(log: Logger, operation: 'read' | 'write' | 'forget', error: unknown): void {
  log.debug({ event: 'cache_unavailable', operation, errorCode: errorCode(error) }, 'Redis could not be used');
}

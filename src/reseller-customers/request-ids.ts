import { randomUUID } from 'node:crypto';
import { type PreviousAttempt } from '../upstream/upstream-call.ts';

/**
 * The two ids of one call to the reseller customers API. For ten days that API repeats its stored answer to a correlation
 * id, so both ids are new after any answer. An attempt without an answer keeps the correlation id for the next one. Neither
 * id is derived from anything, such as the caller's ids or the customer's.
 * @see the seed's table of request headers: X-Request-Id, X-Correlation-Id
 */
export class RequestIds {
  private correlationId = randomUUID();

  next(previous: PreviousAttempt): { 'X-Correlation-Id': string; 'X-Request-Id': string } {
    if (previous === 'answered') this.correlationId = randomUUID();
    return { 'X-Correlation-Id': this.correlationId, 'X-Request-Id': randomUUID() };
  }
}

import { randomUUID } from 'node:crypto';
import { type PreviousAttempt } from '../upstream/upstream-call.ts';

/**
 * The two ids of one call to the reseller customers API. That API gives the stored answer of the last ten days to a
 * correlation id it has answered before, so both ids are new after any answer; only after no answer is the correlation
 * id kept. Neither is ever derived from anything: not from the caller's ids, not from the customer's.
 * @see the seed's table of request headers: X-Request-Id, X-Correlation-Id
 */
export class RequestIds {
  private correlationId = randomUUID();

  next(previous: PreviousAttempt): { 'X-Correlation-Id': string; 'X-Request-Id': string } {
    if (previous === 'answered') this.correlationId = randomUUID();
    return { 'X-Correlation-Id': this.correlationId, 'X-Request-Id': randomUUID() };
  }
}

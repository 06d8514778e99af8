import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { isOtherType } from '../../redis/redis-errors.ts';
import { Metrics } from '../../telemetry/metrics.ts';
import { DamagedLink } from '../customer-link.ts';

/** Counts the links that cannot be read because something else is stored in their place. */
@Injectable()
export class UnreadableLinks {
  private readonly met: Counter;

  constructor({ registry }: Metrics) {
    this.met = new Counter({
      name: 'customer_links_unreadable_total',
      help: 'Stored links that a list, an export or a look-up met and could not read.',
      registers: [registry],
    });
  }

  /** @throws the error itself when the stored value is not its cause */
  count(error: unknown): void {
    // The reply to a command on a key of another type.
    if (!(error instanceof DamagedLink) && !isOtherType(error)) throw error;
    this.met.inc();
  }
}

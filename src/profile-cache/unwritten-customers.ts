import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { ChangeMetrics } from '../customer-changes/feed/change-metrics.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { ownedText } from './owned-memory.ts';

/** Some 200 bytes each. */
const MAX_CUSTOMERS = 10_000;

/** A customer of whom Redis lacks content that readers got. */
export interface UnwrittenCustomer {
  readonly customer: CustomerKey;
  /** `response`: Redis has all parts, some of them from other processes, but no process has made a response of exactly these. */
  readonly missing: 'parts' | 'response';
  /** Epoch ms. */
  readonly since: number;
}

/**
 * Customers whose refresh was served to readers but could not be written to Redis, so that the change feed misses it. They
 * are written when Redis answers again.
 */
@Injectable()
export class UnwrittenCustomers {
  private readonly customers = new Map<string, UnwrittenCustomer>();
  private readonly isKept: boolean;

  constructor(
    { redis }: Config,
    private readonly clock: Clock,
    private readonly metrics: ChangeMetrics,
  ) {
    this.isKept = redis !== null;
  }

  /** Notes that Redis lacks parts of the customer, or the response made of them, from now on. */
  noteMissing(missing: UnwrittenCustomer['missing'], customer: CustomerKey): void {
    this.note({ customer, missing, since: this.clock.now() });
  }

  note({ customer: { organisation, customerId }, missing, since }: UnwrittenCustomer): void {
    if (!this.isKept) return;
    const customer = { organisation, customerId: ownedText(customerId) };
    const name = ownedText(nameOf(customer));
    if (this.customers.size >= MAX_CUSTOMERS && !this.customers.has(name)) this.metrics.deferred.inc();
    else this.customers.set(name, { customer, missing, since });
  }

  /** The customer is written now, or was forgotten. */
  drop(customer: CustomerKey): void {
    this.customers.delete(nameOf(customer));
  }

  /** Removes the first noted customers, and returns them. */
  take(count: number): readonly UnwrittenCustomer[] {
    const taken = [...this.customers].slice(0, count);
    for (const [name] of taken) this.customers.delete(name);
    return taken.map(([, customer]) => customer);
  }
}

const nameOf = ({ organisation, customerId }: CustomerKey): string => `${organisation}:${customerId}`;

import { LRUCache } from 'lru-cache';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { ownedText } from './owned-memory.ts';

/** Some 100 bytes each, because a customer's id has 40 letters at most. */
const MAX_CUSTOMERS = 10_000;

/** The number of the last event of each customer. It forgets the oldest ones, which then count for all customers. */
export class LastNumbers {
  private last = 0;
  private forgottenUpTo = 0;
  private readonly numbers = new LRUCache<string, number>({
    max: MAX_CUSTOMERS,
    dispose: (number, _name, reason) => {
      if (reason === 'evict') this.forgottenUpTo = Math.max(this.forgottenUpTo, number);
    },
  });

  of(customer: CustomerKey): number {
    return Math.max(this.numbers.get(nameOf(customer)) ?? 0, this.forgottenUpTo);
  }

  increment(customer: CustomerKey): void {
    this.last += 1;
    this.numbers.set(ownedText(nameOf(customer)), this.last);
  }
}

/** The name of a customer in this process. */
export const nameOf = ({ organisation, customerId }: CustomerKey): string => `${organisation}:${customerId}`;

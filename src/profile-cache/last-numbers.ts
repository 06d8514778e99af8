import { LRUCache } from 'lru-cache';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { ownedText } from './owned-memory.ts';

/** Some 100 bytes each, because a customer's id has 40 letters at most. */
const MAX_CUSTOMERS = 10_000;

/** Numbers the events of all customers, and knows the last one of each. It forgets the oldest, which may then have been of any customer. */
export class LastNumbers {
  private lastOfAll = 0;
  private forgottenUpTo = 0;
  private readonly numbers = new LRUCache<string, number>({
    max: MAX_CUSTOMERS,
    dispose: (number, _name, reason) => {
      if (reason === 'evict') this.forgottenUpTo = number;
    },
  });

  /** The number of the last event of any customer; 0: there was none. */
  get last(): number {
    return this.lastOfAll;
  }

  /** Whether the customer may have had an event after the one of this number. */
  hasAfter(number: number, customer: CustomerKey): boolean {
    // To look does not make it the latest.
    return (this.numbers.peek(nameOf(customer)) ?? this.forgottenUpTo) > number;
  }

  add(customer: CustomerKey): void {
    this.lastOfAll += 1;
    this.numbers.set(ownedText(nameOf(customer)), this.lastOfAll);
  }
}

/** The name of a customer in this process. */
export const nameOf = ({ organisation, customerId }: CustomerKey): string => `${organisation}:${customerId}`;

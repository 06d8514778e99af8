import type { BillingCustomer, SandboxCustomer } from './customer.ts';
import { customers } from './customers.ts';
import { billingCustomer } from './making.ts';

/** The customers both upstreams know now. Starts with the built-in ones. */
export class CustomerRegister {
  readonly #byCustomerId = new Map<string, SandboxCustomer>();
  readonly #byBillingId = new Map<string, SandboxCustomer>();
  readonly #wireText = new Map<string, string>();

  constructor() {
    this.reset();
  }

  /** Adds a customer, or replaces the one of the same customer id. Of several with one billing customer, the last put describes it. */
  put(customer: SandboxCustomer): void {
    const { customerId } = customer.resource;
    const replaced = this.#byCustomerId.delete(customerId);
    this.#byCustomerId.set(customerId, customer);
    this.#wireText.set(customerId, JSON.stringify(customer.resource));
    if (replaced) this.#indexBillingAgain();
    else this.#indexBilling(customer);
  }

  /** Back to the built-in customers. */
  reset(): void {
    this.#byCustomerId.clear();
    this.#byBillingId.clear();
    this.#wireText.clear();
    for (const customer of customers) this.put(customer);
  }

  list(): readonly SandboxCustomer[] {
    return [...this.#byCustomerId.values()];
  }

  /** The resource of a customer as JSON text; undefined when there is none. */
  resourceText(customerId: string): string | undefined {
    return this.#wireText.get(customerId);
  }

  /** The customer whose billing customer has this id, in any case of letters; undefined when billing does not know the id. */
  ofBillingId(billingCustomerId: string): SandboxCustomer | undefined {
    return this.#byBillingId.get(billingCustomerId.toLowerCase());
  }

  /** Every billing customer once. */
  billingCustomers(): readonly BillingCustomer[] {
    return [...this.#byBillingId.values()].map(billingCustomerOf);
  }

  #indexBilling(customer: SandboxCustomer): void {
    if (customer.billingCustomerId === null || customer.unknownToBilling) return;
    this.#byBillingId.set(customer.billingCustomerId.toLowerCase(), customer);
  }

  #indexBillingAgain(): void {
    this.#byBillingId.clear();
    for (const customer of this.#byCustomerId.values()) this.#indexBilling(customer);
  }
}

/** The billing customer of a customer that has one. */
export function billingCustomerOf(customer: SandboxCustomer): BillingCustomer {
  if (customer.billingCustomer) return customer.billingCustomer;
  const { customerId } = customer.resource;
  return billingCustomer(customer.billingCustomerId ?? '', `Billing of ${customerId}`, null, customerId);
}

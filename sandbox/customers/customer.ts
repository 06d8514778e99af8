/** A customer as the reseller customers API sends it. Source: upstreams 1.3. A key with the value undefined is not sent. */
export interface ResellerResource {
  readonly customerId: string;
  readonly [field: string]: unknown;
}

/** The billing connectors API's answer for one connector of a customer. Source: upstreams 2.1. */
export type ConnectorOutcome =
  | {
      readonly outcome: 'linked';
      readonly customer_name: string;
      /** null is sent as null, absent is not sent. */
      readonly reference_id?: string | null;
      readonly email?: string | null;
    }
  /** 400 "No integration found ...": what a connector without an entry answers too. */
  | { readonly outcome: 'not_linked' }
  /** 400 "The requested integration is no longer available." */
  | { readonly outcome: 'integration_removed' }
  /** 400 "An error occurred while processing your request." */
  | { readonly outcome: 'general_failure' }
  /** 500 */
  | { readonly outcome: 'server_error' };

/** A customer as the billing API's own customer routes send it. Source: upstreams 2.3; the address fields are invented. */
export interface BillingCustomer {
  readonly id: string;
  readonly external_id: string | null;
  readonly customer_name: string;
  readonly email: string | null;
  readonly phone_number: string | null;
  readonly address: Readonly<Record<string, string | null>> | null;
  readonly custom_attributes: Readonly<Record<string, unknown>>;
  readonly custom_data: Readonly<Record<string, unknown>>;
  /** `yyyy-MM-ddTHH:mm:ss`: no zone, meant as UTC. */
  readonly created_at: string;
  readonly updated_at: string;
}

/** One invented customer, as both upstreams know it. */
export interface SandboxCustomer {
  /** Name of the case, for tests and the demo. */
  readonly slug: string;
  /** A sentence saying what the case shows. */
  readonly about: string;
  /** null: no billing customer belongs to it. */
  readonly billingCustomerId: string | null;
  readonly resource: ResellerResource;
  readonly connectors: Readonly<Record<string, ConnectorOutcome>>;
  /** Left out: made from the resource, with the customer id as its external_id. */
  readonly billingCustomer?: BillingCustomer;
  /** true: the billing API answers 404 for `billingCustomerId`. */
  readonly unknownToBilling?: boolean;
}

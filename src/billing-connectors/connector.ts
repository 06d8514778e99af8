import { type ConnectorName } from '../config/connector-names.ts';

/** What the billing platform definitely said of one customer and one connector. */
export type ConnectorAnswer =
  | { readonly state: 'linked' | 'linked_no_reference'; readonly reference: ConnectorReference }
  | { readonly state: 'not_linked' | 'integration_removed' | 'customer_unknown' };

/** How a customer is known in a connected system. `referenceId` is null in state `linked_no_reference`. */
export interface ConnectorReference {
  readonly referenceId: string | null;
  readonly customerName: string | null;
  readonly email: string | null;
}

/** @see the billing connectors API's documented list, grouped by kind of system */
export const CONNECTOR_CATEGORIES: Readonly<
  Record<ConnectorName, 'payments' | 'accounting' | 'tax' | 'crm' | 'quoting'>
> = {
  stripe: 'payments',
  adyen: 'payments',
  quickbooks: 'accounting',
  xero: 'accounting',
  zoho: 'accounting',
  netsuite: 'accounting',
  avalara: 'tax',
  anrok: 'tax',
  salesforce: 'crm',
  hubspot: 'crm',
  dealhub: 'quoting',
};

import { type ConnectorName } from '../config/connector-names.ts';

const STATES_WITH_REFERENCE = ['linked', 'linked_no_reference'] as const;
const STATES_WITHOUT_REFERENCE = ['not_linked', 'integration_removed', 'customer_unknown'] as const;
/** The definite states of a connector: a closed list. */
export const CONNECTOR_STATES = [...STATES_WITH_REFERENCE, ...STATES_WITHOUT_REFERENCE] as const;
export type ConnectorState = (typeof CONNECTOR_STATES)[number];

/** The billing platform's definite answer for one customer and one connector. */
export type ConnectorAnswer =
  | { readonly state: (typeof STATES_WITH_REFERENCE)[number]; readonly reference: ConnectorReference }
  | { readonly state: (typeof STATES_WITHOUT_REFERENCE)[number] };

/** How a customer is known in a connected system. `referenceId` is null in state `linked_no_reference`. */
export interface ConnectorReference {
  readonly referenceId: string | null;
  readonly customerName: string | null;
  readonly email: string | null;
}

export const CATEGORIES = ['payments', 'accounting', 'tax', 'crm', 'quoting'] as const;

/** @see the billing connectors API's documented list, grouped by kind of system */
export const CONNECTOR_CATEGORIES: Readonly<Record<ConnectorName, (typeof CATEGORIES)[number]>> = {
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

/** The documented billing connectors, in the order in which profiles show them. The list is open-ended upstream. */
export const CONNECTOR_NAMES = [
  'stripe',
  'adyen',
  'quickbooks',
  'xero',
  'zoho',
  'netsuite',
  'avalara',
  'anrok',
  'salesforce',
  'hubspot',
  'dealhub',
] as const;

export type ConnectorName = (typeof CONNECTOR_NAMES)[number];

/** The outside systems the billing platform documents. Source: upstreams 2.2. */
export const connectorNames = [
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

export type ConnectorName = (typeof connectorNames)[number];

export function isConnectorName(name: string): name is ConnectorName {
  return (connectorNames as readonly string[]).includes(name);
}

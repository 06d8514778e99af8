import { type ConnectorName } from '../../../client/src/index.ts';
import { type Part } from '../reading/view.ts';

const OWN_NAMES: Readonly<Record<Exclude<Part['source'], ConnectorName>, string>> = {
  reseller: 'Reseller account',
  billing: 'Billing link',
};
const CONNECTOR_NAMES: Readonly<Record<ConnectorName, string>> = {
  stripe: 'Stripe',
  adyen: 'Adyen',
  quickbooks: 'QuickBooks',
  xero: 'Xero',
  zoho: 'Zoho',
  netsuite: 'NetSuite',
  avalara: 'Avalara',
  anrok: 'Anrok',
  salesforce: 'Salesforce',
  hubspot: 'HubSpot',
  dealhub: 'DealHub',
};
const NAMES: Readonly<Record<string, string>> = { ...OWN_NAMES, ...CONNECTOR_NAMES };

/** A source's own name. */
export const nameOf = (source: string): string => NAMES[source] ?? source;

/** As it stands within a sentence. */
export function inSentence(source: string): string {
  return source in OWN_NAMES ? `the ${nameOf(source).toLowerCase()}` : nameOf(source);
}

const AND = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** "Stripe, Xero and 3 more". */
export function listOf(items: readonly string[], most = 3): string {
  if (items.length <= most + 1) return AND.format(items);
  return AND.format([...items.slice(0, most), `${items.length - most} more`]);
}

export const FIELDS = [
  ['name', 'Name'],
  ['email', 'E-mail'],
  ['phoneNumber', 'Phone number'],
  ['address', 'Address'],
] as const;
export type FieldName = (typeof FIELDS)[number][0];

export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

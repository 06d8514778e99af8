import { CONNECTOR_NAMES, type ConnectorName } from './connector-names.ts';

/** Everything that can contribute to a profile, by the name and in the order it has in the record. */
export const SOURCE_NAMES = ['reseller', 'billing', ...CONNECTOR_NAMES] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

const CONNECTORS: ReadonlySet<string> = new Set(CONNECTOR_NAMES);

/** Whether a source is a connector: only a billing customer has those. */
export function isConnector(source: string): source is ConnectorName {
  return CONNECTORS.has(source);
}

/** The reseller, the link and these connectors, in the order of the record. */
export function sourcesWith(connectors: readonly ConnectorName[]): readonly SourceName[] {
  return ['reseller', 'billing', ...connectors];
}

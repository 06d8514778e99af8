import { CONNECTOR_NAMES, type ConnectorName } from './connector-names.ts';

/** The owner of a part: the customer, whatever the link; the link by which a profile is read; or the billing customer that it names. */
export type PartOwner = 'customer' | 'link' | 'billing customer';

/** The sources beside the connectors, in the order of the record, and the owner of each one's part. */
const OWNERS = { reseller: 'customer', billing: 'link' } as const satisfies Record<string, PartOwner>;
type OwnSource = keyof typeof OWNERS;
const OWN_SOURCES = Object.keys(OWNERS) as OwnSource[];
/** The sources that are asked by the customer's id. */
export type CustomerSource = {
  [Source in OwnSource]: (typeof OWNERS)[Source] extends 'customer' ? Source : never;
}[OwnSource];

/** All sources that can contribute to a profile, in the order of the record. */
export const SOURCE_NAMES = [...OWN_SOURCES, ...CONNECTOR_NAMES] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

const CONNECTORS: ReadonlySet<string> = new Set(CONNECTOR_NAMES);

/** Whether a name is a source's. */
export const isSource = (name: string): name is SourceName => (SOURCE_NAMES as readonly string[]).includes(name);

/** Whether a source is a connector: only a billing customer has those. */
export function isConnector(source: string): source is ConnectorName {
  return CONNECTORS.has(source);
}

export const isOfCustomer = (source: SourceName): source is CustomerSource => partOwner(source) === 'customer';

/** The owner of a source's part. An unknown name counts as a connector's. */
export function partOwner(source: string): PartOwner {
  return Object.hasOwn(OWNERS, source) ? OWNERS[source as OwnSource] : 'billing customer';
}

/** The connectors among these sources. */
export const connectorsOf = (sources: readonly SourceName[]): readonly ConnectorName[] => sources.filter(isConnector);

/** The sources beside the connectors, with these connectors, in the order of the record. */
export function sourcesWith(connectors: readonly ConnectorName[]): readonly SourceName[] {
  return [...OWN_SOURCES, ...connectors];
}

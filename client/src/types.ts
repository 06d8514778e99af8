import { type components, type operations } from './api.ts';

type Operations = operations;
type Query<Name extends keyof Operations> = NonNullable<Operations[Name]['parameters']['query']>;
type Json<Name extends keyof Operations> = Operations[Name] extends {
  readonly responses: { readonly 200: { readonly content: { readonly 'application/json': infer Body } } };
}
  ? Body
  : never;

/** A customer as every system knows it. */
export type Profile = components['schemas']['Profile'];
/** The parts of a profile that were asked for. */
export type ProfileFields = components['schemas']['ProfileFields'];
export type CustomerConnectors = components['schemas']['CustomerConnectors'];
export type ConnectorDetails = components['schemas']['ConnectorDetails'];
export type ConnectorName = ConnectorDetails['connector_name'];
export type CustomerLink = components['schemas']['CustomerLink'];
export type Explanation = Json<'explainCustomerProfile'>;
/** The caller that the credentials belong to, and its rights. */
export type OwnCaller = Json<'getCaller'>;
/** Redis and the upstreams, as the traffic of the process that answers has shown them. */
export type DependencyReport = Json<'getDependencies'>;
export type FoundCustomers = Json<'findCustomers'>;
export type Batch = Json<'batchGetCustomerProfiles'>;
export type BatchResult = Batch['results'][number];
export type LinkPage = Json<'listCustomerLinks'>;
/** A link as lists show it, without its history. */
export type ListedLink = LinkPage['links'][number];

/** Events of the change feed, and where to go on. */
export type ChangePage = components['schemas']['CustomerChanges'];
export type CustomerChange = ChangePage['changes'][number];

export type ProfileQuery = Query<'getCustomerProfile'>;
export type ConnectorsQuery = Query<'getCustomerConnectors'>;
export type ConnectorQuery = Query<'getCustomerConnector'>;
export type ExplanationQuery = Query<'explainCustomerProfile'>;
export type BatchQuery = Omit<
  Operations['batchGetCustomerProfiles']['requestBody']['content']['application/json'],
  'customerIds'
>;
export type ChangesQuery = Query<'getCustomerProfileChanges'>;
export type ForgetQuery = Query<'forgetCustomerProfile'>;
/** What is invalidated, and how: exactly one of four targets. */
export type Invalidation = Operations['invalidate']['requestBody']['content']['application/json'];
/** How many invalidations were made, and in which mode. */
export type Invalidated = Operations['invalidate']['responses'][202]['content']['application/json'];
/** How far an erasure has come. */
export type CustomerErasure = Json<'getCustomerErasure'>;
/** What was erased, signed. */
export type ErasureReceipt = Json<'eraseCustomer'>;
export type ErasureKeys = Json<'getCustomerErasureKeys'>;
export type LinkListQuery = Query<'listCustomerLinks'>;
/** Another system's id of a customer: exactly one of three. */
export type OtherId =
  | { readonly billingCustomerId: string }
  | { readonly connector: ConnectorName; readonly referenceId: string }
  | { readonly externalReferenceId: string };

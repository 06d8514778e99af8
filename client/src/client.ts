import { type CachedAnswer, cachedAnswerOf } from './answer.ts';
import { CustomerErasures } from './customer-erasures.ts';
import { type CallOptions, type ClientOptions, type ReadOptions } from './options.ts';
import { ProfileChanges } from './profile-changes.ts';
import { get, Requests } from './requests.ts';
import { StoredLinks } from './stored-links.ts';
import {
  type Batch,
  type BatchQuery,
  type BatchResult,
  type ConnectorDetails,
  type ConnectorName,
  type ConnectorQuery,
  type ConnectorsQuery,
  type CustomerConnectors,
  type DependencyReport,
  type Explanation,
  type ExplanationQuery,
  type ForgetQuery,
  type FoundCustomers,
  type Invalidated,
  type Invalidation,
  type OtherId,
  type OwnCaller,
  type Profile,
  type ProfileFields,
  type ProfileQuery,
} from './types.ts';
import { pathOf, queryOf, type QueryValue } from './url.ts';

const PROFILES = ['v1', 'customer-profiles'] as const;

/** The customer profile service. */
export class CustomerProfileClient {
  readonly links: StoredLinks;
  readonly changes: ProfileChanges;
  readonly erasures: CustomerErasures;
  private readonly requests: Requests;

  constructor(options: ClientOptions) {
    this.requests = new Requests(options);
    this.links = new StoredLinks(this.requests);
    this.changes = new ProfileChanges(this.requests);
    this.erasures = new CustomerErasures(this.requests);
  }

  /** A customer as every system knows it; with `fields`, those alone. */
  profile(
    customerId: string,
    options: ProfileQuery & ReadOptions & { readonly fields: NonNullable<ProfileQuery['fields']> },
  ): Promise<CachedAnswer<ProfileFields>>;
  profile(customerId: string, options?: ProfileQuery & ReadOptions): Promise<CachedAnswer<Profile>>;
  profile(customerId: string, options: ProfileQuery & ReadOptions = {}): Promise<CachedAnswer<unknown>> {
    const { fields, connectors, require, view, billingCustomerId, budgetMs } = options;
    const query = { billingCustomerId, fields, connectors, require, view, budgetMs };
    return this.cached(pathOf(...PROFILES, customerId), query, options);
  }

  /** The references in the billing connectors alone. */
  connectors(
    customerId: string,
    options: ConnectorsQuery & ReadOptions = {},
  ): Promise<CachedAnswer<CustomerConnectors>> {
    const { connectors, billingCustomerId, budgetMs } = options;
    const query = { billingCustomerId, connectors, budgetMs };
    return this.cached(pathOf(...PROFILES, customerId, 'connectors'), query, options);
  }

  /** One connector, in the billing platform's own schema. */
  connector(
    customerId: string,
    name: ConnectorName,
    options: ConnectorQuery & ReadOptions = {},
  ): Promise<CachedAnswer<ConnectorDetails>> {
    const { billingCustomerId, budgetMs } = options;
    return this.cached(pathOf(...PROFILES, customerId, 'connectors', name), { billingCustomerId, budgetMs }, options);
  }

  /** Why the profile looks as it does. */
  explanation(customerId: string, options: ExplanationQuery & CallOptions = {}): Promise<Explanation> {
    const { billingCustomerId, bundle, values } = options;
    const path = pathOf(...PROFILES, customerId, 'explanation') + queryOf({ billingCustomerId, bundle, values });
    return this.requests.json(get(path, options)) as Promise<Explanation>;
  }

  /** The customers known under another system's id. */
  async findCustomers(by: OtherId, options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.lookUp(by, options)).customerIds;
  }

  /** As `findCustomers`, with `more` when there may be others. */
  lookUp(by: OtherId, options: CallOptions = {}): Promise<FoundCustomers> {
    return this.requests.json(get(pathOf(...PROFILES) + queryOf({ ...by }), options)) as Promise<FoundCustomers>;
  }

  /** The caller that the credentials belong to, and its rights. */
  caller(options: CallOptions = {}): Promise<OwnCaller> {
    return this.requests.json(get(pathOf('v1', 'caller'), options)) as Promise<OwnCaller>;
  }

  /** Redis and each upstream. A service with a management port has this route there alone. */
  dependencies(options: CallOptions = {}): Promise<DependencyReport> {
    return this.requests.json(get(pathOf('health', 'dependencies'), options)) as Promise<DependencyReport>;
  }

  /** Up to 100 profiles with one request: a result each, in the order asked. */
  async batchGet(
    customerIds: readonly string[],
    options: BatchQuery & ReadOptions = {},
  ): Promise<readonly BatchResult[]> {
    const { fields, connectors, require, view, budgetMs, cacheControl } = options;
    const answer = await this.requests.json({
      method: 'POST',
      path: pathOf(...PROFILES, 'batch-get'),
      headers: { 'content-type': 'application/json', 'cache-control': cacheControl },
      body: JSON.stringify({ customerIds, fields, connectors, require, view, budgetMs }),
      options,
      repeatable: true, // It only reads.
    });
    return (answer as Batch).results;
  }

  /** Drops what is cached of the customer, or of one source of it, in the service; here all of it. */
  async forget(customerId: string, options: ForgetQuery & CallOptions = {}): Promise<void> {
    const path = pathOf(...PROFILES, customerId);
    const { source } = options;
    try {
      const target = `${path}/cache${queryOf({ source })}`;
      await this.requests.json({ method: 'DELETE', path: target, options, repeatable: true });
    } finally {
      this.requests.forget(path);
    }
  }

  /** Invalidates customers, a billing customer, a source, or all of the organisation, in every process of the service. */
  invalidate(what: Invalidation, options: CallOptions = {}): Promise<Invalidated> {
    const body = JSON.stringify(what);
    const headers = { 'content-type': 'application/json' };
    const call = {
      method: 'POST',
      path: pathOf('v1', 'invalidations'),
      headers,
      body,
      options,
      repeatable: true,
    } as const;
    return this.requests.json(call) as Promise<Invalidated>;
  }

  private cached<T>(
    path: string,
    query: Readonly<Record<string, QueryValue>>,
    options: ReadOptions,
  ): Promise<CachedAnswer<T>> {
    const headers = { 'cache-control': options.cacheControl };
    return this.requests.revalidated(path + queryOf(query), options, headers, cachedAnswerOf<T>);
  }
}

import { type Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import type { ConnectorName } from '../../sandbox/connectors.ts';
import type { ConnectorOutcome } from '../../sandbox/customers/customer.ts';
import { linked, resource } from '../../sandbox/customers/making.ts';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import type { RecordedRequest } from '../../sandbox/traffic.ts';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { familyOf, seriesIn, seriesOf } from '../support/exposition.ts';
import { settled } from '../support/passing-time.ts';
import { rawRedis } from '../support/raw-redis.ts';
import {
  sandboxVariables,
  type Service,
  type ServiceOptions,
  startService,
  type Variables,
} from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { scopeAt } from './kept-customer.ts';

/** A Redis, a sandbox and services in front of them, all of one test file's own. */
export interface Stage {
  readonly redis: LocalRedis;
  readonly sandbox: Sandbox;
  /** What the fields of these services' customers begin with. */
  readonly scope: string;
  /** A connection beside the services', to look into Redis and to tamper with it. */
  readonly raw: Redis;
  /** Starts a service that uses this Redis and this sandbox; it is closed with the stage. */
  service(more?: Variables, options?: ServiceOptions): Promise<Service>;
  /** Two services with one clock, which stops once both have started. */
  pair(more?: Variables, othersMore?: Variables): Promise<[Service, Service]>;
  /** Puts a customer into the sandbox that no other test knows. */
  customer(connectors?: Partial<Record<ConnectorName, ConnectorOutcome>>): StagedCustomer;
  /** As the function of this name. */
  rename(customer: StagedCustomer, name: string, connectors?: Partial<Record<ConnectorName, ConnectorOutcome>>): void;
  /** Resolves when Redis holds the parts of this customer with the request's own link. */
  kept(customer: StagedCustomer): Promise<void>;
  /** The customer's cache key. @throws Error when nothing is cached */
  keyOf(customer: StagedCustomer): Promise<string>;
  close(): Promise<void>;
}

export interface StagedCustomer {
  readonly customerId: string;
  readonly billingCustomerId: string;
  /** Of the profile, with the link named in the request. */
  readonly path: string;
  /** Of the profile, with the stored link, if any. */
  readonly unlinkedPath: string;
  /** What both upstreams were asked for this customer. */
  requests(): readonly Readonly<RecordedRequest>[];
  /** How often each source was asked; what was not asked is absent. */
  calls(): Readonly<Record<string, number>>;
}

export const EVERY_CONNECTOR_ASKED_ONCE = {
  ...{ stripe: 1, adyen: 1, quickbooks: 1, xero: 1, zoho: 1, netsuite: 1 },
  ...{ avalara: 1, anrok: 1, salesforce: 1, hubspot: 1, dealhub: 1 },
};

/** A profile as far as these tests read it; the rest is compared whole. */
export interface ReadProfile {
  readonly billingCustomerId: string | null;
  readonly connectors: readonly { readonly name: string; readonly referenceId?: string | null }[] | null;
  readonly sources: readonly ReadSource[];
  readonly complete: boolean;
}

export interface ReadSource {
  readonly source: string;
  readonly state: string;
  readonly stale: boolean;
  readonly fetchedAt: string | null;
  readonly lastAttempt?: { readonly at: string };
  readonly resolver?: string;
}

export const sourceOf = (body: unknown, name: string): ReadSource | undefined =>
  (body as ReadProfile).sources.find(({ source }) => source === name);

/** Gives the customer another name at the reseller, and these references. */
export function rename(
  sandbox: Sandbox,
  { customerId, billingCustomerId }: StagedCustomer,
  name: string,
  connectors: Partial<Record<ConnectorName, ConnectorOutcome>> = {},
): void {
  sandbox.customers.put({
    slug: `renamed-${customerId}`,
    about: 'The same customer under another name.',
    billingCustomerId,
    resource: resource(customerId, name),
    connectors,
  });
}

export async function openStage(): Promise<Stage> {
  const [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  const raw = rawRedis(redis.url);
  const services: Service[] = [];
  const start = async (more: Variables = {}, options: ServiceOptions = {}): Promise<Service> => {
    const variables = sandboxVariables(sandbox.url, { REDIS_URL: redis.url, ...more });
    const service = await startService(variables, { ...options, time: 'real' });
    services.push(service);
    // The start waits for Redis for a moment only, and not at all until events are heard.
    const said = (what: string): boolean => service.log.some(({ event }) => event === what);
    await eventually('Redis is connected', () => said('redis_reachable'));
    const subscription = service.app.get(RedisSubscription);
    await eventually('events are heard', () => subscription.subscribed || said('redis_subscription_refused'));
    // Its first questions are answered: no time passes for them.
    await settled(service);
    if (options.time !== 'real') service.clock.stop();
    return service;
  };
  const keys = ({ customerId }: StagedCustomer): Promise<string[]> => raw.keys(`customer-profiles:*{*:${customerId}}`);
  const scope = scopeAt(sandbox.url);
  return {
    redis,
    sandbox,
    scope,
    raw,
    service: start,
    pair: async (more = {}, othersMore = more) => {
      const options = { clock: new TestClock(), time: 'real' } as const;
      const pair = await Promise.all([start(more, options), start(othersMore, options)]);
      options.clock.stop();
      return pair;
    },
    customer: (connectors = {}) => stagedCustomer(sandbox, connectors),
    rename: (customer, name, connectors) => {
      rename(sandbox, customer, name, connectors);
    },
    kept: (customer) =>
      eventually('the parts are in Redis', async () => {
        const [key] = await keys(customer);
        return key !== undefined && (await raw.hexists(key, `${scope}link@${customer.billingCustomerId}`)) === 1;
      }),
    keyOf: async (customer) => {
      const [key] = await keys(customer);
      if (key === undefined) throw new Error('nothing is cached of this customer');
      return key;
    },
    close: async () => {
      await Promise.all(services.map((service) => service.close()));
      raw.disconnect();
      await Promise.all([sandbox.close(), redis.kill()]);
    },
  };
}

/**
 * A figure of `/metrics`, named with all its labels; 0 while they have not been seen.
 * @throws Error when there is no such metric
 */
export async function metric({ app }: Pick<Service, 'app'>, series: string): Promise<number> {
  const [wanted] = seriesIn(series);
  if (!wanted) throw new Error(`${series} is no series`);
  const { registry } = app.get(Metrics, { strict: false });
  // That one alone: tests that wait ask for it over and over.
  const family = [wanted.name, familyOf(wanted.name)].find((name) => registry.getSingleMetric(name) !== undefined);
  const text = family === undefined ? '' : await registry.getSingleMetricAsString(family);
  const count = Object.keys(wanted.labels).length;
  const found = seriesOf(text, wanted.name, wanted.labels).find(({ labels }) => Object.keys(labels).length === count);
  return found?.value ?? 0;
}

/** A connector that knows the customer under `reference`. */
export const linkedAs = (reference: string): ConnectorOutcome =>
  linked(reference, 'Ravensworth Tools', 'ledger@ravensworth.example.com');

let customersMade = 0;

/** Puts a customer into the sandbox that no other test knows. */
export function stagedCustomer(
  sandbox: Sandbox,
  connectors: Partial<Record<ConnectorName, ConnectorOutcome>> = {},
): StagedCustomer {
  customersMade += 1;
  const customerId = `20${String(customersMade).padStart(11, '0')}`;
  const billingCustomerId = randomUUID();
  sandbox.customers.put({
    slug: `staged-${customerId}`,
    about: 'Made for one test.',
    billingCustomerId,
    resource: resource(customerId, 'Ravensworth Tools'),
    connectors,
  });
  const requests = (): readonly Readonly<RecordedRequest>[] =>
    sandbox.traffic.requests.filter(({ path }) => path.includes(customerId) || path.includes(billingCustomerId));
  return {
    customerId,
    billingCustomerId,
    path: `/v1/customer-profiles/${customerId}?billingCustomerId=${billingCustomerId}`,
    unlinkedPath: `/v1/customer-profiles/${customerId}`,
    requests,
    calls: () => {
      const counts: Record<string, number> = {};
      for (const { source } of requests()) counts[source] = (counts[source] ?? 0) + 1;
      return counts;
    },
  };
}

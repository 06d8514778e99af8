import { customer, type SandboxCustomer } from '../../sandbox/customers/customers.ts';
import { type RecordedRequest } from '../../sandbox/recorded-request.ts';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import {
  sandboxVariables,
  type Service,
  type ServiceOptions,
  startService,
  type Variables,
} from '../support/service.ts';

/** Both upstreams and a Redis; a test starts its own service where the state of another must not leak. */
export interface Stack {
  readonly sandbox: Sandbox;
  readonly redis: LocalRedis;
  /** The variables of a service of this stack. */
  variables(more?: Variables): Variables;
  start(more?: Variables, options?: ServiceOptions): Promise<Service>;
  /** A built-in customer under new ids. */
  newCustomer(like: string, fields?: Readonly<Record<string, unknown>>): SandboxCustomer;
  /** What a source was asked, oldest first. */
  asked(source: RecordedRequest['source']): readonly Readonly<RecordedRequest>[];
  close(): Promise<void>;
}

/** So that nothing is cut short on a slow machine, unless a test says so. */
const patient = { REQUEST_BUDGET_MS: '10000', RESELLER_TIMEOUT_MS: '5000', BILLING_TIMEOUT_MS: '5000' };

let made = 0;

export async function startStack(): Promise<Stack> {
  const [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  const variables = (more: Variables = {}): Variables =>
    sandboxVariables(sandbox.url, { REDIS_URL: redis.url, ...patient, ...more });
  return {
    sandbox,
    redis,
    variables,
    start: async (more, options = {}) => {
      const service = await startService(variables(more), { ...options, time: 'real' });
      // The service starts without waiting for Redis; a test of the cache waits, as connecting takes time.
      await eventually('the service reaches Redis', () => service.log.some(({ event }) => event === 'redis_reachable'));
      await eventually('it receives the events of others', () => service.app.get(RedisSubscription).subscribed);
      // Its first questions are answered: no time passes for them.
      await settled(service);
      if (options.time !== 'real') service.clock.stop();
      return service;
    },
    newCustomer: (like, fields = {}) => {
      const model = customer(like);
      made += 1;
      const customerId = `2005${String(made).padStart(6, '0')}`;
      const billingCustomerId = model.billingCustomerId && `7e1d0c5a-3a44-4b7b-9c11-${String(made).padStart(12, '0')}`;
      const copy = {
        slug: customerId,
        about: model.about,
        billingCustomerId,
        resource: { ...model.resource, ...fields, customerId },
        connectors: model.connectors,
        ...(model.unknownToBilling === undefined ? {} : { unknownToBilling: model.unknownToBilling }),
      };
      sandbox.customers.put(copy);
      return copy;
    },
    asked: (source) => sandbox.traffic.requests.filter((request) => request.source === source),
    close: async () => {
      await Promise.all([sandbox.close(), redis.kill()]);
    },
  };
}

/** The path of a customer's profile, naming its billing customer where there is one; `more` is further query text. */
export function profilePath({ resource, billingCustomerId }: SandboxCustomer, more = '', route = ''): string {
  const link = billingCustomerId === null ? '' : `billingCustomerId=${billingCustomerId}`;
  const query = [link, more].filter((part) => part !== '').join('&');
  return `/v1/customer-profiles/${encodeURIComponent(resource.customerId)}${route}${query === '' ? '' : `?${query}`}`;
}

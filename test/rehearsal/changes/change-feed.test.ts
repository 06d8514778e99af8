import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resource } from '../../../sandbox/customers/making.ts';
import { type LocalCluster, startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { type LocalSentinel, startRedisSentinel } from '../../../sandbox/redis/local-sentinel.ts';
import { Consumer } from '../../customer-changes/consumer.ts';
import { startCuttingRelay } from '../../customer-erasures/cutting-relay.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer, stagedCustomer } from '../../profile-cache/stage.ts';
import { putLink } from '../../profile-sweep/sweeping.ts';
import { NO_COPIES, PATIENT } from '../../redis/load.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { organisationAt, type Service } from '../../support/service.ts';
import { startFleet } from '../../system/fleet/fleet.ts';

describe('a process that is killed when it has stored a change and not appended it', () => {
  it('loses none: another one appends it, once', async () => {
    const fleet = await startFleet(1, { CACHE_LOCAL_SECONDS: '0', BILLING_CONNECTORS: 'stripe' });
    const [survivor] = fleet.members;
    if (!survivor) throw new Error('there is no process');
    const customer = stagedCustomer(fleet.sandbox);
    const typesTold = async (): Promise<readonly string[]> => {
      const { text } = await survivor.read(`/v1/customer-profile-changes?customerId=${customer.customerId}`);
      return (JSON.parse(text) as { changes: { type: string }[] }).changes.map(({ type }) => type);
    };
    await survivor.read(customer.unlinkedPath);
    await eventually('it is known', async () => (await typesTold()).includes('added'));
    const relay = await startCuttingRelay(fleet.redis.port);
    const dying = await fleet.join({ REDIS_URL: relay.url });
    const { customerId, billingCustomerId } = customer;
    fleet.sandbox.customers.put({
      slug: `renamed-${customerId}`,
      about: 'The same customer under another name.',
      billingCustomerId,
      resource: resource(customerId, 'Ravensworth Renamed'),
      connectors: {},
    });
    // What the script answers that has stored the profile with a mark; the append would be next.
    relay.cutAtAnswer('{"billingCustomerId":null,"etag":"W/');
    void dying.read(customer.unlinkedPath, { 'cache-control': 'no-cache' }).catch(() => undefined);
    await relay.cut;
    dying.process.signal('SIGKILL');
    expect(await typesTold()).toStrictEqual(['added']);
    await eventually('it is told', async () => (await typesTold()).length > 1);
    expect(await typesTold()).toStrictEqual(['added', 'changed']);
    await relay.close();
    await fleet.close();
  });
});

interface Redises {
  readonly url: string;
  /** At once, as by a power cut: the primary that has the feed. */
  killPrimary(): Promise<void>;
  end(): Promise<void>;
}

const organisationOf = (stage: Stage): string => organisationAt(stage.sandbox.url).id;

const SETUPS: readonly (readonly [string, (organisation: () => string) => Promise<Redises>])[] = [
  [
    'Cluster',
    async (organisation) => {
      const cluster: LocalCluster = await startRedisCluster();
      const killPrimary = async (): Promise<void> => (await cluster.primaryOf(`{${organisation()}}`)).kill();
      return { url: cluster.url, killPrimary, end: () => cluster.kill() };
    },
  ],
  [
    'Sentinel',
    async () => {
      const sentinel: LocalSentinel = await startRedisSentinel();
      const killPrimary = async (): Promise<void> => (await sentinel.primary()).kill();
      return { url: sentinel.url, killPrimary, end: () => sentinel.kill() };
    },
  ],
];

(withoutBinary === null ? describe.each(SETUPS) : describe.skip.each(SETUPS))('a failover of %s', (_name, start) => {
  let stage: Stage;
  let redises: Redises;
  let services: readonly [Service, Service];

  beforeAll(async () => {
    stage = await openStage();
    redises = await start(() => organisationOf(stage));
    const more = {
      ...PATIENT,
      ...NO_COPIES,
      REDIS_URL: redises.url,
      REDIS_TIMEOUT_MS: '1000',
      BILLING_CONNECTORS: 'stripe',
    };
    services = [await stage.service(more, { time: 'real' }), await stage.service(more, { time: 'real' })];
  });

  afterAll(async () => {
    await stage.close();
    await redises.end();
  });

  it('leaves a consumer with what readers see, whatever changes meanwhile', async () => {
    const customers = Array.from({ length: 5 }, () => stage.customer());
    for (const customer of customers) await putLink(services[0], customer);
    const view = async ({ unlinkedPath }: StagedCustomer, reader: Service): Promise<string | undefined> => {
      const { headers, body } = await reader.http.get(unlinkedPath).expect(200);
      await settled(reader);
      // Where Redis does not say whether there is a link, billing is not asked.
      return body.complete === true ? headers.etag : undefined;
    };
    const consumer = new Consumer(customers, view);
    await consumer.begin(services[0]);
    let version = 0;
    const change = async (): Promise<void> => {
      version += 1;
      const customer = customers[version % customers.length] ?? stage.customer();
      stage.rename(customer, `Ravensworth ${version}`, { stripe: linkedAs(`cus_${version}`) });
      const reader = services[version % 2 ? 0 : 1];
      await reader.http.get(customer.unlinkedPath).set('cache-control', 'no-cache').expect(200);
    };
    for (let times = 0; times < 6; times += 1) await change();
    await redises.killPrimary();
    const redisOf = async ({ http }: Service): Promise<string> =>
      ((await http.get('/health/dependencies')).body as { redis: { breaker: string; state: string } }).redis.state;
    let pages = 0;
    await eventually('both reach Redis again, and links can be stored', async () => {
      await change();
      await consumer.consume(services[pages++ % 2 ? 0 : 1], 3, pages % 4);
      const { customerId, billingCustomerId } = stage.customer();
      const { status } = await services[0].http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId });
      return status === 201 && (await redisOf(services[0])) === 'ready' && (await redisOf(services[1])) === 'ready';
    });
    for (let times = 0; times < 6; times += 1) await change();
    for (const service of services) await settled(service);
    await eventually('the consumer has what readers see', async () => {
      const isCaughtUp = await consumer.consume(services[0], 100, 1000);
      const seen = await Promise.all(customers.map((customer) => view(customer, services[1])));
      return isCaughtUp && customers.every(({ customerId }, at) => consumer.held.get(customerId) === seen[at]);
    });
  });
});

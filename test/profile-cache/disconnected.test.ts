import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../sandbox/redis/local-redis.ts';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { withoutBinary } from '../redis/parts.ts';
import { eventually } from '../support/eventually.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { type Service, type Variables } from '../support/service.ts';
import { linkedAs, openStage, type ReadProfile, sourceOf, type Stage, type StagedCustomer } from './stage.ts';

const DISCONNECTED_MS = 60_000;

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(async () => {
  stage.sandbox.faults.clear();
  await stage.close();
});

const isSubscribed = ({ app }: Service): boolean => app.get(RedisSubscription).subscribed;

/** A service that has a copy of a customer. */
async function withCopy(more: Variables): Promise<{ readonly service: Service; readonly customer: StagedCustomer }> {
  const service = await stage.service({ CACHE_LOCAL_SECONDS: '60', CACHE_REFRESH_WAIT_MS: '0', ...more });
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  await service.http.get(customer.path).expect(200);
  await settled(service);
  return { service, customer };
}

async function loseRedis(service: Service): Promise<void> {
  await stage.redis.kill();
  await eventually('the loss is noticed', () => {
    const { client } = service.app.get(RedisConnection, { strict: false });
    return !isSubscribed(service) && client?.status !== 'ready';
  });
}

describe('a process that does not reach Redis', () => {
  it('goes by its copies for CACHE_DISCONNECTED_SECONDS, and takes them for stale then (R11)', async () => {
    const { service, customer } = await withCopy({ CACHE_DISCONNECTED_MODE: 'stale' });
    await loseRedis(service);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    service.clock.advance(DISCONNECTED_MS - 1);
    const before = await service.http.get(customer.path).expect(200);
    expect(sourceOf(before.body, 'reseller')).toMatchObject({ stale: false });
    service.clock.advance(2);
    const after = await service.http.get(customer.path).expect(200);
    expect(sourceOf(after.body, 'reseller')).toMatchObject({ stale: true });
    expect(after.headers['cache-status']).toMatch(/; hit; ttl=-?\d+; detail=refreshing$/);
  });

  it('answers 503 instead when it is to refuse, drops its copies, and answers again with Redis (R11)', async () => {
    const { service, customer } = await withCopy({ CACHE_DISCONNECTED_MODE: 'refuse' });
    await loseRedis(service);
    service.clock.advance(DISCONNECTED_MS - 1);
    await service.http.get(customer.path).expect(200);
    service.clock.advance(2);
    for (const path of [customer.path, stage.customer().path, customer.path.replace('?', '/explanation?')]) {
      const { body, headers } = await service.http.get(path).expect(503);
      expect(body).toMatchObject({ code: 'cache_unavailable' });
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    const again = await startRedis({ port: stage.redis.port });
    try {
      await eventually('Redis is reached again', () => {
        service.clock.advance(100);
        return service.app.get(RedisConnection, { strict: false }).breakerState === 'closed' && isSubscribed(service);
      });
      const { headers } = await service.http.get(customer.path).expect(200);
      expect(headers['cache-status']).toMatch(/; fwd=miss;/);
    } finally {
      await service.close();
      await again.kill();
    }
  });

  it('answers 503 at once after a pause in which it has noticed nothing of the loss (R11)', async () => {
    const { service, customer } = await withCopy({ CACHE_DISCONNECTED_MODE: 'refuse', REDIS_TIMEOUT_MS: '100' });
    stage.redis.freeze();
    while (service.app.get(RedisConnection, { strict: false }).breakerState !== 'open')
      await throughWaits(service, service.http.get(stage.customer().path), 100, (ms) => ms === 100);
    expect(isSubscribed(service)).toBe(true);
    service.clock.advance(DISCONNECTED_MS + 1);
    const { status } = await service.http.get(customer.path);
    stage.redis.thaw();
    expect(status).toBe(503);
  });
});

describe('a process that misses an invalidation, while Redis answers', () => {
  it('asks Redis before it answers from a copy', async () => {
    const { service, customer } = await withCopy({});
    expect((await service.http.get(customer.path)).headers['cache-status']).toMatch(/detail=local$/);
    await stage.raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually('the loss is noticed', () => !isSubscribed(service));
    expect((await service.http.get(customer.path)).headers['cache-status']).toMatch(/detail=redis$/);
  });
});

(withoutBinary === null ? describe : describe.skip)(
  `a Redis user who may not use the channel${withoutBinary ?? ''}`,
  () => {
    it('gets 503 for a DELETE that is not published to the other processes, and no answers from copies (E19)', async () => {
      await stage.raw.acl('SETUSER', 'mute', 'on', '>secret', '~*', '+@all', 'resetchannels');
      const REDIS_URL = stage.redis.url.replace('redis://', 'redis://mute:secret@');
      const { service, customer } = await withCopy({ REDIS_URL });
      expect((await service.http.get(customer.path)).headers['cache-status']).toMatch(/detail=redis$/);
      const { body } = await service.http.delete(`${customer.unlinkedPath}/cache`).expect(503);
      expect(body).toMatchObject({ code: 'cache_unavailable' });
      expect((await service.http.get(customer.path)).headers['cache-status']).toMatch(/; fwd=miss;/);
    });

    it.each(['refetch', 'stale'])(
      'gets 503 for an invalidation of customers, %s, that is not published, until a repetition is (E19)',
      async (mode) => {
        await stage.raw.acl('SETUSER', 'mute', 'on', '>secret', '~*', '+@all', 'resetchannels');
        const REDIS_URL = stage.redis.url.replace('redis://', 'redis://mute:secret@');
        const { service, customer } = await withCopy({ REDIS_URL });
        const invalidation = { customerIds: [stage.customer().customerId, customer.customerId], mode };
        const { body } = await service.http.post('/v1/invalidations').send(invalidation).expect(503);
        expect(body).toMatchObject({ code: 'cache_unavailable' });
        await stage.raw.acl('SETUSER', 'mute', '&*');
        await service.http.post('/v1/invalidations').send(invalidation).expect(202);
      },
    );

    it('gets 503 for a changed link that is not published, until a repetition is (E19)', async () => {
      await stage.raw.acl('SETUSER', 'mute', 'on', '>secret', '~*', '+@all', 'resetchannels');
      const REDIS_URL = stage.redis.url.replace('redis://', 'redis://mute:secret@');
      const { service, customer } = await withCopy({ REDIS_URL });
      const other = await stage.service({ CACHE_LOCAL_SECONDS: '60' });
      const shown = async (): Promise<unknown> =>
        ((await other.http.get(customer.unlinkedPath).expect(200)).body as ReadProfile).billingCustomerId;
      expect(await shown()).toBeNull();
      await settled(other);
      const { customerId, billingCustomerId } = customer;
      const link = `/v1/customer-links/${customerId}`;
      const { body } = await service.http.put(link).send({ billingCustomerId }).expect(503);
      expect(body).toMatchObject({ code: 'link_store_unavailable' });
      await stage.raw.acl('SETUSER', 'mute', '&*');
      await service.http.put(link).send({ billingCustomerId }).expect(200);
      await eventually('the other process has heard of it', async () => (await shown()) === billingCustomerId);
      await stage.raw.acl('SETUSER', 'mute', 'resetchannels');
      await service.http.delete(link).expect(503);
      await stage.raw.acl('SETUSER', 'mute', '&*');
      await service.http.delete(link);
      await eventually('the other process has heard of it', async () => (await shown()) === null);
    });
  },
);

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { linkedAs, metric, openStage, type ReadProfile, type Stage } from './stage.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeEach(async () => {
  stage = await openStage();
  [service, other] = await stage.pair();
});

afterEach(async () => {
  stage.sandbox.faults.clear();
  await stage.close();
});

interface Named extends ReadProfile {
  readonly name: string;
}

async function read({ http }: Service, path: string, headers: Record<string, string> = {}): Promise<Named> {
  return (await http.get(path).set(headers).expect(200)).body as Named;
}

async function limitMemory(limit: '0' | '1'): Promise<void> {
  await stage.raw.config('SET', 'maxmemory-policy', 'noeviction');
  await stage.raw.config('SET', 'maxmemory', limit);
}

describe('what a full Redis could not be given', () => {
  it('stays what the process answers with: it does not go back to the older part in Redis', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await read(service, customer.path);
    await settled(service);
    await limitMemory('1');
    stage.rename(customer, 'Ravensworth Renamed', { stripe: linkedAs('cus_2') });
    service.clock.advance(10);
    expect((await read(service, customer.path, { 'cache-control': 'no-cache' })).name).toBe('Ravensworth Renamed');
    await settled(service);
    for (let seconds = 0; seconds < 10; seconds += 3) {
      service.clock.advance(3000);
      expect((await read(service, customer.path)).name).toBe('Ravensworth Renamed');
    }
    await limitMemory('0');
  });

  it('does not come back after the customer was forgotten while the process did not hear it', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await limitMemory('1');
    await read(service, customer.path);
    await settled(service);
    await limitMemory('0');
    await stage.raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually('it hears nothing', () => !service.app.get(RedisSubscription).subscribed);
    await other.http.delete(`${customer.unlinkedPath}/cache`);
    stage.rename(customer, 'Ravensworth Renamed', { stripe: linkedAs('cus_2') });
    service.clock.advance(10);
    await read(service, `${customer.path}&connectors=stripe`);
    await settled(service);
    const { name, connectors } = await read(service, customer.path);
    expect({ name, stripe: connectors?.[0]?.referenceId }).toEqual({ name: 'Ravensworth Renamed', stripe: 'cus_2' });
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2, xero: 2 });
  });
});

describe('a fetch that began before a DELETE which Redis has lost', () => {
  it('is not written by a process that has received the DELETE event', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const old = read(service, customer.path);
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
    await other.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
    const received = 'profile_cache_invalidations_total{direction="received"}';
    await eventually('it has heard of it', async () => (await metric(service, received)) === 1);
    await stage.raw.del(await stage.keyOf(customer));
    stage.sandbox.faults.clear();
    await old;
    await settled(service);
    expect(await stage.raw.keys(`customer-profiles:*{*:${customer.customerId}}`)).toEqual([]);
  });
});

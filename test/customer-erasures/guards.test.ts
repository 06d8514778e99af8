import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeFeed } from '../../src/customer-changes/feed/change-feed.ts';
import { LinkStore } from '../../src/customer-links/link-store.ts';
import { indexNotesKey, LookupIndex } from '../../src/customer-lookups/lookup-index.ts';
import { RedisCustomerWrites } from '../../src/profile-cache/customer-hash/redis-customer-writes.ts';
import { CustomerErased } from '../../src/tombstones/customer-erased.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { settled } from '../support/passing-time.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { erase, ERASURE_VARIABLES, keysThatName, passInSteps, waitMsOf } from './erasing.ts';

let stage: Stage;
let service: Service;
let other: Service;
let customer: StagedCustomer;
let key: { readonly organisation: string; readonly customerId: string };

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair(ERASURE_VARIABLES);
});

beforeEach(() => {
  customer = stage.customer({ stripe: linkedAs(`cus_${randomUUID()}`) });
  key = { organisation: organisationAt(stage.sandbox.url).id, customerId: customer.customerId };
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

const of = <T>(type: new (...args: never[]) => T): T => service.app.get(type as never, { strict: false });
/** Nothing names the customer but its one event. */
const expectGone = async (): Promise<void> => {
  expect(await keysThatName(stage.raw, customer.customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
};

describe('what began before an erasure writes nothing after it', () => {
  it('a refresh that brings the customer', async () => {
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const read = service.http.get(customer.path).then(({ status }) => status);
    await stage.sandbox.traffic.until(() => customer.requests().length === 12);
    await settled(other);
    await erase([other], customer);
    await expectGone();
    stage.sandbox.faults.clear();
    await read;
    await settled(service);
    await expectGone();
    for (const one of [service, other]) await one.http.get(customer.path).expect(410);
  });

  it('the step that writes a profile', async () => {
    const before = { generation: '0', version: '0' };
    const part = { state: 'ok', value: null, fetchedAt: 1, checkedAt: 1, freshUntil: 2, staleUntil: 2, failure: null };
    const update = {
      parts: { reseller: part as never },
      fetched: ['reseller'],
      response: null,
      linked: null,
      version: 'v',
    };
    await erase([service, other], customer);
    const result = await of(RedisCustomerWrites).write({ ...key, variant: 'stored-link' }, update, before);
    expect(result).toStrictEqual({ outcome: 'erased' });
    await expectGone();
  });

  it('the step that forgets a profile, or puts “unknown” in its place', async () => {
    await erase([service, other], customer);
    await expect(of(RedisCustomerWrites).forget(key, 'all')).rejects.toBeInstanceOf(CustomerErased);
    await expectGone();
  });

  it('the steps that store and remove a link', async () => {
    await erase([service, other], customer);
    const store = of(LinkStore);
    const any = { ifMatch: '', ifNoneMatch: '' };
    await expect(store.put(key, randomUUID(), 'caller', any)).rejects.toBeInstanceOf(CustomerErased);
    await expect(store.delete(key, 'caller', any)).rejects.toBeInstanceOf(CustomerErased);
    await expectGone();
  });

  it('the step that lists the customer for look-ups', async () => {
    await erase([service, other], customer);
    const reference = [{ system: 'stripe', id: 'cus_guarded' }];
    await of(LookupIndex).add({ ...key, variant: 'stored-link' }, reference, service.clock.now() + 60_000);
    await expectGone();
  });

  it('the step that notes a change, and the one that appends it', async () => {
    await erase([service, other], customer);
    const change = {
      type: 'changed' as const,
      ...{ customerId: key.customerId, billingCustomerId: null, fields: [], sources: [], etag: null, at: '' },
    };
    const noted = await of(ChangeFeed).note(key);
    await expectGone();
    expect(await of(ChangeFeed).append(key, [{ revision: Number.MAX_SAFE_INTEGER, change }], noted)).toBe(0);
    await expectGone();
  });
});

describe('the indexes of look-ups', () => {
  it('are noted for as long as an entry may lie there: two lifetimes', async () => {
    await service.http.get(customer.path).expect(200);
    await settled(service);
    expect(await stage.raw.pttl(indexNotesKey(key))).toBeGreaterThan(2 * 86_400_000);
  });

  it('lose an entry, too, that was added while the erasure waited for copies', async () => {
    await service.http.get(customer.path).expect(200);
    await settled(service);
    const indexes = await stage.raw.zrange(indexNotesKey(key), '0', '-1');
    expect(indexes).not.toStrictEqual([]);
    const erased = service.http.post('/v1/customer-erasures').send({ customerId: key.customerId });
    const answer = Promise.resolve(erased);
    await service.clock.whenSet((ms) => ms === waitMsOf());
    for (const name of indexes) await stage.raw.zadd(name, service.clock.now(), `${key.customerId} stored-link`);
    await passInSteps(waitMsOf(), [service, other]);
    expect((await answer).status).toBe(200);
    await expectGone();
  });
});

describe('what is under way', () => {
  it('holds leases that do not name the customer', async () => {
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const read = service.http.get(customer.path).then(({ status }) => status);
    await stage.sandbox.traffic.until(() => customer.requests().length === 12);
    const leases = await stage.raw.keys('*:lease:*');
    expect(leases.length).toBeGreaterThan(0);
    expect(leases.filter((name) => name.includes(customer.customerId))).toStrictEqual([]);
    stage.sandbox.faults.clear();
    await read;
    await settled(service);
  });

  it('a read that began before is not kept, nor joined by one after the erasure was lifted', async () => {
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const read = service.http.get(customer.path).then(({ status }) => status);
    await stage.sandbox.traffic.until(() => customer.requests().length === 12);
    await erase([other], customer);
    await other.http.delete(`/v1/customer-erasures/${customer.customerId}`).expect(204);
    stage.sandbox.faults.clear();
    await read;
    await settled(service);
    expect(await stage.raw.hkeys(await stage.keyOf(customer))).toStrictEqual(['generation']);
  });
});

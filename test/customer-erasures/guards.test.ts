import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
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

  describe('the step that writes a profile', () => {
    const write = (): Promise<unknown> => {
      const part = {
        state: 'ok',
        value: null,
        fetchedAt: 1,
        checkedAt: 1,
        freshUntil: 2,
        staleUntil: 2,
        failure: null,
      };
      const update = {
        parts: { reseller: part as never },
        fetched: ['reseller'],
        response: null,
        linked: null,
        version: 'v',
      };
      const before = { generation: '0', version: '0' };
      return of(RedisCustomerWrites).write({ ...key, scope: '', variant: 'stored-link' }, update, before);
    };

    it('while the erasure is in force', async () => {
      await erase([service, other], customer);
      expect(await write()).toStrictEqual({ outcome: 'erased' });
      await expectGone();
    });

    it('after it was lifted', async () => {
      await erase([service, other], customer);
      await other.http.delete(`/v1/customer-erasures/${customer.customerId}`).expect(204);
      expect(await write()).toStrictEqual({ outcome: 'forgotten' });
      expect(await stage.raw.hkeys(await stage.keyOf(customer))).toStrictEqual(['generation']);
    });
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
    await of(LookupIndex).add({ ...key, scope: '', variant: 'stored-link' }, reference, service.clock.now() + 60_000);
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
  it('are noted for as long as an entry may lie there: two lifetimes, and without an expiry, as Redis would evict the notes before the entries', async () => {
    const notes = indexNotesKey(key);
    const now = service.clock.now();
    await stage.raw.zadd(notes, now - 1, 'ended', now + 86_400_000, 'kept');
    await service.http.get(customer.path).expect(200);
    await settled(service);
    expect(await stage.raw.pttl(notes)).toBe(-1);
    expect(await stage.raw.zscore(notes, 'ended')).toBeNull();
    expect(await stage.raw.zscore(notes, 'kept')).toBe(String(now + 86_400_000));
    const [, latest] = await stage.raw.zrevrange(notes, 0, 0, 'WITHSCORES');
    expect(Number(latest) - now).toBeGreaterThan(2 * 86_400_000);
  });

  it('lose an entry, too, that was added while the erasure waited for copies', async () => {
    await service.http.get(customer.path).expect(200);
    await settled(service);
    const indexes = await stage.raw.zrange(indexNotesKey(key), '0', '-1');
    expect(indexes).not.toStrictEqual([]);
    const erased = service.http.post('/v1/customer-erasures').send({ customerId: key.customerId });
    const answer = Promise.resolve(erased);
    await service.clock.whenSet((ms) => ms === waitMsOf());
    for (const digest of indexes)
      await stage.raw.zadd(`customer-index:${key.organisation}:${digest}`, service.clock.now(), `${key.customerId} stored-link`); // prettier-ignore
    await passInSteps(waitMsOf(), [service, other]);
    expect((await answer).status).toBe(200);
    await expectGone();
  });
});

describe('work in progress', () => {
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

  describe('in a process for which no time passes', () => {
    let paused: Service;
    beforeEach(async () => {
      paused = await stage.service(ERASURE_VARIABLES);
      // Its time is that of the others once the customer is erased.
      paused.clock.advance(other.clock.now() + waitMsOf() - paused.clock.now());
    });
    afterEach(() => paused.close());

    const nameTo = ({ http }: Service): Promise<string> =>
      http.get(customer.path).then(({ status, body }) => `${status} ${(body as { name: string }).name}`);
    /** A read that is under way while its customer is erased, and permitted again. */
    const beganBefore = async (): Promise<{ readonly answer: Promise<string> }> => {
      stage.sandbox.faults.set('reseller', { kind: 'hold' });
      const answer = nameTo(paused);
      await stage.sandbox.traffic.until(() => customer.requests().length === 12);
      await erase([other], customer);
      await other.http.delete(`/v1/customer-erasures/${customer.customerId}`).expect(204);
      stage.rename(customer, 'Ravensworth Permitted');
      return { answer };
    };

    it('a read that began before is not kept when it ends after the erasure was lifted', async () => {
      const { answer } = await beganBefore();
      stage.sandbox.faults.clear();
      expect(await answer).toBe('200 Ravensworth Tools');
      await settled(paused);
      expect(await stage.raw.hkeys(await stage.keyOf(customer))).toStrictEqual(['generation']);
      expect(await nameTo(paused)).toBe('200 Ravensworth Permitted');
    });

    it('a read that began before is not joined by one after the erasure was lifted', async () => {
      const { answer } = await beganBefore();
      const after = nameTo(paused);
      await stage.sandbox.traffic.until(() => customer.calls().reseller === 2);
      stage.sandbox.faults.clear();
      expect(await after).toBe('200 Ravensworth Permitted');
      expect(await answer).toBe('200 Ravensworth Tools');
      await settled(paused);
      expect(await nameTo(other)).toBe('200 Ravensworth Permitted');
      expect(customer.calls().reseller).toBe(2);
    });
  });
});

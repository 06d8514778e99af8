import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { ConnectorName } from '../../sandbox/connectors.ts';
import { customer } from '../../sandbox/customers/customers.ts';
import { LookupIndex, MAX_INDEXED } from '../../src/customer-lookups/lookup-index.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { pass, quietBackground, settled, throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { type Answer } from '../upstream/reading.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ CACHE_LOCAL_SECONDS: '0' });
});

afterAll(() => stage.close());

const PATH = '/v1/customer-profiles';
const HOUR_MS = 3_600_000;

async function found(query: Record<string, string>, by = service): Promise<unknown> {
  const { body, headers } = await by.http.get(PATH).query(query).expect(200);
  expect(headers['cache-control']).toBe('no-store');
  return (body as { customerIds: unknown }).customerIds;
}

const store = (one: StagedCustomer, by = service): Promise<unknown> =>
  by.http.put(`/v1/customer-links/${one.customerId}`).send({ billingCustomerId: one.billingCustomerId }).expect(201);

/** Members of all indices that name this customer. */
async function indexed({ customerId }: StagedCustomer): Promise<readonly string[]> {
  const keys = await stage.raw.keys('customer-index:*');
  const members = await Promise.all(keys.map((key) => stage.raw.zrange(key, '0', '-1')));
  return members.flat().filter((member) => member.startsWith(`${customerId} `));
}

/** A customer with a stored link whose profile is read and kept. */
async function read(reference: string, by = service): Promise<StagedCustomer> {
  const one = stage.customer({ stripe: linkedAs(reference) });
  await store(one, by);
  await by.http.get(one.unlinkedPath).expect(200);
  await settled(by);
  expect(await indexed(one)).toHaveLength(3);
  return one;
}

const connectorsChanged = (one: StagedCustomer, reference: string): void => {
  const { connectors } = stagedIn(one);
  stage.sandbox.customers.put({ ...stagedIn(one), connectors: { ...connectors, stripe: linkedAs(reference) } });
};
const stagedIn = ({ customerId, billingCustomerId }: StagedCustomer): ReturnType<typeof customer> => {
  const like = customer('fully-linked');
  return { ...like, slug: customerId, billingCustomerId, connectors: {}, resource: { ...like.resource, customerId, externalReferenceId: `ext-${customerId}` } };
}; // prettier-ignore

describe('GET /v1/customer-profiles', () => {
  it('finds a customer by each kind of reference, and asks no source', async () => {
    const one = await read('cus_kinds');
    stage.sandbox.traffic.reset();
    const ids = [one.customerId];
    expect(await found({ billingCustomerId: one.billingCustomerId.toUpperCase() })).toEqual(ids);
    expect(await found({ connector: 'stripe', referenceId: 'cus_kinds' })).toEqual(ids);
    expect(await found({ externalReferenceId: `ext-${one.customerId}` })).toEqual(ids);
    expect(await found({ connector: 'xero', referenceId: 'cus_kinds' })).toEqual([]);
    expect(await found({ externalReferenceId: 'cus_kinds' })).toEqual([]);
    expect(stage.sandbox.traffic.requests).toEqual([]);
  });

  it('finds a stored link whose profile was never read', async () => {
    const one = stage.customer();
    await store(one);
    expect(await found({ billingCustomerId: one.billingCustomerId })).toEqual([one.customerId]);
  });

  it('takes a billing customer with spaces or invisible characters around it', async () => {
    const [linked, cached] = [stage.customer(), await read('cus_spaced')];
    await store(linked);
    for (const { billingCustomerId, customerId } of [linked, cached])
      for (const [before, after] of [
        [' ', ''],
        ['', ' '],
        ['\t', '\n'],
        ['', '\u200b'],
        ['\ufeff', '\u00a0'],
      ] as const)
        expect(await found({ billingCustomerId: before + billingCustomerId + after })).toEqual([customerId]);
    for (const billingCustomerId of [' ', '\u200b', `{${linked.billingCustomerId}}`])
      await service.http.get(PATH).query({ billingCustomerId }).expect(400);
  });

  it('names several, in order', async () => {
    const [one, other] = [await read('cus_shared'), await read('cus_shared')];
    expect(await found({ connector: 'stripe', referenceId: 'cus_shared' })).toEqual(
      [one.customerId, other.customerId].sort(),
    );
  });

  it('takes no reference from a link that the request named, except the reseller’s own id', async () => {
    const one = stage.customer({ stripe: linkedAs('cus_claimed') });
    await service.http.get(one.path).expect(200);
    await settled(service);
    expect(await indexed(one)).toHaveLength(1);
    expect(await found({ billingCustomerId: one.billingCustomerId })).toEqual([]);
    expect(await found({ connector: 'stripe', referenceId: 'cus_claimed' })).toEqual([]);
    expect(await found({ externalReferenceId: `ext-${one.customerId}` })).toEqual([one.customerId]);
  });

  it('drops an entry that the profile no longer confirms, and never answers it', async () => {
    const one = await read('cus_old');
    connectorsChanged(one, 'cus_new');
    service.clock.advance(1);
    await service.http.get(one.unlinkedPath).set('cache-control', 'no-cache').expect(200);
    await settled(service);
    expect(await found({ connector: 'stripe', referenceId: 'cus_new' })).toEqual([one.customerId]);
    expect(await indexed(one)).toHaveLength(4);
    expect(await found({ connector: 'stripe', referenceId: 'cus_old' })).toEqual([]);
    expect(await indexed(one)).toHaveLength(3);
  });

  it('drops an entry that was written too long ago as soon as the index is written again', async () => {
    const one = await read('cus_long_ago');
    await pass(26.5 * HOUR_MS, service);
    await read('cus_long_ago');
    expect(await indexed(one)).toHaveLength(2);
  });

  it('drops an entry whose profile is not cached any more', async () => {
    const one = await read('cus_forgotten');
    await service.http.delete(`${one.unlinkedPath}/cache`).expect(204);
    expect(await found({ connector: 'stripe', referenceId: 'cus_forgotten' })).toEqual([]);
    expect(await indexed(one)).toHaveLength(2);
  });

  it.each([
    ['nothing', {}, [undefined]],
    ['two kinds', { billingCustomerId: '3fa85f64-5717-4562-b3fc-2c963f66afa6', externalReferenceId: '1' }, [undefined]],
    ['a connector alone', { connector: 'stripe' }, ['referenceId']],
    ['a reference alone', { referenceId: '1' }, ['connector']],
    ['an unknown connector', { connector: 'zq8', referenceId: '1' }, ['connector']],
    ['no UUID', { billingCustomerId: 'zq8' }, ['billingCustomerId']],
    ['an empty reference', { externalReferenceId: '' }, ['externalReferenceId']],
    ['a reference of spaces', { connector: 'stripe', referenceId: ' \u00a0' }, ['referenceId']],
    ['a reference of 256 characters', { externalReferenceId: 'a'.repeat(256) }, ['externalReferenceId']],
    ['an unknown parameter', { externalReferenceId: '1', zq8: '1' }, [undefined]],
    ['every issue', { connector: 'zq8', referenceId: '', billingCustomerId: 'zq8' }, ['billingCustomerId', 'referenceId', 'connector', undefined]],
  ])('is refused with every issue, by its parameter where it has one (A18): %s', async (_case, query, names) => {
    const { body, text } = await service.http.get(PATH).query(query).expect(400);
    expect((body as { errors: { name?: string }[] }).errors.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(text).not.toContain('zq8');
  }); // prettier-ignore

  it('is refused when a parameter is given twice', async () => {
    await service.http.get(`${PATH}?externalReferenceId=1&externalReferenceId=2`).expect(400);
  });
});

describe('a reference in another writing that its own system takes for the same (C13)', () => {
  const UUID = '7a4f1d2e-90bc-4d3e-8f6a-1b2c3d4e5f60';
  it.each<[ConnectorName, kept: string, asked: readonly string[], others: readonly string[]]>([
    ['salesforce', '001D000000IRFmaIAH', ['001D000000IRFma', '001d000000irfmaiah'], ['001D000000IRFmA', '001D000000IRFmaAAA']],
    ['salesforce', '001D000000IRFmb', ['001D000000IRFmbIAH', ' 001D000000IRFmb'], ['001d000000irfmb']],
    ['xero', UUID, [UUID.toUpperCase(), ` ${UUID} `, `${UUID}\u200b`, UUID.replaceAll('-', ''), `{${UUID}}`, `urn:uuid:${UUID}`], [`(${UUID})`]],
    ['xero', UUID.toUpperCase().replace('7A', '7B'), [UUID.replace('7a', '7b')], []],
    ['adyen', ' shopper-42 ', ['shopper-42', ' shopper-42 ', 'shopper-42 '], ['Shopper-42', 'shopper 42']],
    ['stripe', 'cus_AbC', ['cus_AbC', ' cus_AbC'], ['cus_abc']],
    ['hubspot', '0042', ['0042'], ['42']],
  ])('finds the customer: %s %j', async (connector, kept, asked, others) => {
    const one = stage.customer({ [connector]: linkedAs(kept) });
    await store(one);
    await service.http.get(one.unlinkedPath).expect(200);
    await settled(service);
    for (const referenceId of asked) expect(await found({ connector, referenceId })).toEqual([one.customerId]);
    for (const referenceId of others) expect(await found({ connector, referenceId })).toEqual([]);
  }); // prettier-ignore
});

describe('with CACHE_ENCRYPTION_KEYS', () => {
  const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

  it('the index shows no reference, and is read under an older key', async () => {
    const [older, newer] = [key('older'), key('newer')];
    const sealed = await stage.service({ CACHE_LOCAL_SECONDS: '0', CACHE_ENCRYPTION_KEYS: older });
    const one = await read('cus_SECRET', sealed);
    const dump = JSON.stringify(await stage.raw.keys('customer-index:*'));
    for (const word of ['cus_SECRET', `ext-${one.customerId}`, one.billingCustomerId]) expect(dump).not.toContain(word);
    const rotated = await stage.service({ CACHE_LOCAL_SECONDS: '0', CACHE_ENCRYPTION_KEYS: `${newer},${older}` });
    const query = { connector: 'stripe', referenceId: 'cus_SECRET' };
    expect(await found(query, rotated)).toEqual([one.customerId]);
    // A process without the key finds nothing, and removes nothing.
    expect(await found(query)).toEqual([]);
    expect(await found(query, sealed)).toEqual([one.customerId]);
  });
});

describe('another organisation', () => {
  it('never finds it', async () => {
    const one = await read('cus_ours');
    const BILLING_ORGANISATION = 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4';
    const other = await stage.service({ BILLING_ORGANISATION });
    expect(await found({ connector: 'stripe', referenceId: 'cus_ours' }, other)).toEqual([]);
    expect(await found({ billingCustomerId: one.billingCustomerId }, other)).toEqual([]);
    expect(await found({ connector: 'stripe', referenceId: 'cus_ours' })).toEqual([one.customerId]);
  });
});

describe('the index', () => {
  const reference = { system: 'stripe', id: 'cus_index' };
  const key = (organisation: string, at: number) => ({
    organisation,
    customerId: `c${at}`,
    scope: '',
    variant: 'stored-link',
  });

  it('does not drop an entry that was added again meanwhile', async () => {
    const index = service.app.get(LookupIndex);
    await index.add(key('again', 1), [reference], service.clock.now() + HOUR_MS);
    const [seen] = await index.profiles('again', reference);
    if (!seen) throw new Error('it was not noted');
    service.clock.advance(1000);
    await index.add(key('again', 1), [reference], service.clock.now() + HOUR_MS);
    await index.drop(seen, reference);
    const [kept] = await index.profiles('again', reference);
    expect(kept?.key).toEqual(seen.key);
    if (kept) await index.drop(kept, reference);
    expect(await index.profiles('again', reference)).toEqual([]);
  });

  it('holds a bounded number, those written last, for the longest of their lifetimes', async () => {
    const index = service.app.get(LookupIndex);
    for (let at = 0; at < MAX_INDEXED + 2; at += 1) {
      service.clock.advance(1);
      await index.add(key('many', at), [reference], service.clock.now() + (at === 7 ? 2 : 1) * HOUR_MS);
    }
    const ids = (await index.profiles('many', reference)).map((profile) => profile.key.customerId);
    expect(ids).toHaveLength(MAX_INDEXED);
    expect(ids).not.toContain('c0');
    expect(ids).toContain(`c${MAX_INDEXED + 1}`);
    const [name = ''] = await stage.raw.keys('customer-index:many:*');
    expect(await stage.raw.pttl(name)).toBeGreaterThan(1.5 * HOUR_MS);
  });

  it('replaces a key of another type', async () => {
    const index = service.app.get(LookupIndex);
    await index.add(key('odd', 1), [reference], service.clock.now() + HOUR_MS);
    const [name = ''] = await stage.raw.keys('customer-index:odd:*');
    await stage.raw.set(name, 'zq8');
    await expect(index.profiles('odd', reference)).rejects.toThrow();
    await index.add(key('odd', 1), [reference], service.clock.now() + HOUR_MS);
    expect(await index.profiles('odd', reference)).toHaveLength(1);
  });
});

describe('without a Redis', () => {
  it('is 503, and says that no Redis is configured', async () => {
    const alone = await startService(sandboxVariables(stage.sandbox.url));
    try {
      const { body, headers } = await alone.http.get(PATH).query({ externalReferenceId: '1' }).expect(503);
      expect(body).toMatchObject({ code: 'lookup_unavailable', detail: expect.stringContaining('REDIS_URL') });
      expect(headers).not.toHaveProperty('retry-after');
    } finally {
      await alone.close();
    }
  });

  it('is 503 with Retry-After when it does not answer, and profiles are still answered', async () => {
    const timeoutMs = 10_000;
    const waiting = await stage.service({ REDIS_TIMEOUT_MS: String(timeoutMs), REQUEST_BUDGET_MS: '60000' });
    const withoutRedis = (path: string): Promise<Answer> =>
      throughWaits(waiting, waiting.http.get(path), timeoutMs, (ms) => ms === timeoutMs);
    const one = stage.customer();
    // Its waits are no request's, and time would pass for them as well.
    await quietBackground(waiting);
    stage.redis.freeze();
    try {
      const { status, body, headers } = await withoutRedis(`${PATH}?externalReferenceId=1`);
      expect({ status, body }).toMatchObject({ status: 503, body: { code: 'lookup_unavailable' } });
      expect(headers['retry-after']).toBe('5');
      expect((await withoutRedis(one.path)).status).toBe(200);
    } finally {
      stage.redis.thaw();
    }
  });
});

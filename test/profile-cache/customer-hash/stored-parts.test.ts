import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { customerHash, partField, type ProfileKey, STORED_LINK } from '../../../src/profile-cache/cache-keys.ts';
import { toResponse } from '../../../src/profile-cache/cached-response.ts';
import { RedisCustomerWrites } from '../../../src/profile-cache/customer-hash/redis-customer-writes.ts';
import { RedisCustomers } from '../../../src/profile-cache/customer-hash/redis-customers.ts';
import { isDefinite, type Part } from '../../../src/profile-cache/part.ts';
import type { Service } from '../../support/service.ts';
import { openStage, type Stage } from '../stage.ts';

let stage: Stage;
let service: Service;
let customers: RedisCustomers;
let writes: RedisCustomerWrites;
let now: number;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
  customers = service.app.get(RedisCustomers, { strict: false });
  writes = service.app.get(RedisCustomerWrites, { strict: false });
  now = service.clock.now();
});

afterAll(() => stage.close());

const newKey = (variant = STORED_LINK): ProfileKey => ({
  organisation: randomUUID(),
  customerId: randomUUID(),
  scope: '',
  variant,
});

/** A part fetched and checked so long ago. */
const part = (fetchedAgoMs: number, checkedAgoMs = fetchedAgoMs, state = 'ok', usableMs = 86_400_000): Part => ({
  ...{ state, value: { fetchedAgoMs, checkedAgoMs }, failure: null, changedAt: now - fetchedAgoMs },
  ...{ fetchedAt: now - fetchedAgoMs, checkedAt: now - checkedAgoMs },
  ...{ freshUntil: now - fetchedAgoMs + 300_000, staleUntil: now - fetchedAgoMs + usableMs },
});
const failed = (agoMs: number): Part => ({
  ...part(agoMs, agoMs, 'timeout', 0),
  failure: { state: 'timeout', status: null, at: now - agoMs, attempts: 1, retryAt: now + 60_000 },
});

/** Writes the reseller part alone. */
async function write(key: ProfileKey, reseller: Part): Promise<string> {
  const { token } = await customers.read(key);
  const update = { parts: { reseller }, fetched: ['reseller'], response: null, linked: null, version: randomUUID() };
  return (await writes.write(key, update, token)).outcome;
}

async function stored(key: ProfileKey): Promise<Part | null> {
  return (await customers.read(key)).customer.part('reseller', key.variant, null);
}

describe('of two parts of a source, Redis keeps', () => {
  it.each<[what: string, stored: () => Part, written: () => Part, kept: 'stored' | 'written']>([
    ['the one that was fetched later', () => part(1000), () => part(500), 'written'],
    ['the one that was fetched later, also when it is there already', () => part(500), () => part(1000), 'stored'],
    ['the one that was checked later', () => part(1000, 900), () => part(1000, 800), 'written'],
    ['the one that was checked later, also when it is there', () => part(1000, 800), () => part(1000, 900), 'stored'],
    ['a definite one that is usable, before a later failure', () => part(1000), () => failed(0), 'stored'],
    [
      'a failure, when the definite one is past its stale limit',
      () => part(1000, 1000, 'ok', 0),
      () => failed(0),
      'written',
    ],
    ['a definite one, before any failure', () => failed(0), () => part(1000), 'written'],
    ['the one in hand, when the stored one is from the future', () => part(-60_000), () => part(1000), 'written'],
  ])('%s', async (_what, first, second, kept) => {
    const key = newKey();
    await write(key, first());
    expect(await write(key, second())).toBe(kept === 'written' ? 'written' : 'superseded');
    expect(await stored(key)).toEqual(kept === 'written' ? second() : first());
  });

  it('the same one in whatever order they are written', async () => {
    const ages = fc.integer({ min: 0, max: 5 }).map((seconds) => seconds * 1000);
    const parts = fc.oneof(
      ages.map((age) => part(age)),
      ages.map(failed),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { minLength: 1, maxLength: 4 }), async (written) => {
        const [one, other] = [newKey(), newKey()];
        for (const next of written) await write(one, next);
        for (const next of [...written].reverse()) await write(other, next);
        const [first, second] = [await stored(one), await stored(other)];
        expect(first).toEqual(second);
        const definite = written.filter(isDefinite);
        const candidates = definite.length > 0 ? definite : written;
        expect(first?.fetchedAt).toBe(Math.max(...candidates.map(({ fetchedAt }) => fetchedAt)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a write', () => {
  it('is refused when the customer was forgotten since it was begun', async () => {
    const key = newKey();
    const { token } = await customers.read(key);
    await writes.forget(key, 'all');
    const update = {
      parts: { reseller: part(0) },
      fetched: ['reseller'],
      response: null,
      linked: null,
      version: randomUUID(),
    };
    expect(await writes.write(key, update, token)).toEqual({ outcome: 'forgotten' });
    expect(await stored(key)).toBeNull();
  });

  it('stores a response only beside the very parts that it was made of', async () => {
    const key = newKey();
    await write(key, part(1000));
    const { token, customer } = await customers.read(key);
    const parts = customer.partsOf(STORED_LINK);
    const response = toResponse('one', {}, parts, 'made', 0);
    await write(key, part(500));
    const late = { parts, fetched: [], response, linked: null, version: randomUUID() };
    expect((await writes.write(key, late, token)).outcome).toBe('superseded');
    expect((await customers.read(key)).customer.response(STORED_LINK)).toBeNull();
    const current = await customers.read(key);
    const again = {
      parts: current.customer.partsOf(STORED_LINK),
      fetched: [],
      response,
      linked: null,
      version: current.token.version,
    };
    expect((await writes.write(key, again, current.token)).outcome).toBe('written');
    expect((await customers.read(key)).customer.response(STORED_LINK)?.etag).toBe(response.etag);
  });

  /** Writes a link and a connector's part with their response. */
  async function writeLinked(key: ProfileKey, billingCustomerId: string, agoMs: number): Promise<void> {
    const parts = {
      billing: { ...part(agoMs, agoMs, 'linked'), value: { billingCustomerId } },
      stripe: part(agoMs, agoMs, 'linked'),
    };
    const response = toResponse('one', {}, parts, 'made', 0);
    const update = { parts, fetched: ['billing', 'stripe'], response, linked: null, version: randomUUID() };
    await writes.write(key, update, (await customers.read(key)).token);
  }

  const responsesOf = async (key: ProfileKey): Promise<readonly string[]> =>
    (await stage.raw.hkeys(customerHash(key))).filter((field) => field.startsWith('/response')).sort();

  it('drops every response when the reseller’s part is another one', async () => {
    const key = newKey();
    const named = randomUUID();
    await writeLinked(key, randomUUID(), 1000);
    await writeLinked({ ...key, variant: named }, named, 1000);
    expect(await responsesOf(key)).toEqual(['/response', `/response@${named}`]);
    await write(key, part(0));
    expect(await responsesOf(key)).toEqual([]);
    expect((await customers.readResponse(key)).response).toBeNull();
  });

  it('leaves the stored link’s response alone when the parts are another billing customer’s', async () => {
    const key = newKey();
    const named = randomUUID();
    await writeLinked(key, randomUUID(), 1000);
    await writeLinked({ ...key, variant: named }, named, 0);
    expect(await responsesOf(key)).toEqual(['/response', `/response@${named}`]);
    expect((await customers.readResponse(key)).response).not.toBeNull();
  });

  it('drops the stored link’s response when the parts are its billing customer’s', async () => {
    const key = newKey();
    const id = randomUUID();
    await writeLinked(key, id, 1000);
    await writeLinked({ ...key, variant: id }, id, 0);
    expect(await responsesOf(key)).toEqual([`/response@${id}`]);
  });

  it('keeps a bounded number of billing customers, and always the stored link’s', async () => {
    const key = newKey();
    const stored = randomUUID();
    await writeLinked(key, stored, 0);
    for (let made = 0; made < 40; made += 1) {
      const id = randomUUID();
      await writeLinked({ ...key, variant: id }, id, 0);
    }
    const fields = await stage.raw.hkeys(customerHash(key));
    expect(new Set(fields.map((field) => field.split('@')[1])).size).toBeLessThanOrEqual(18);
    expect(fields).toEqual(expect.arrayContaining(['/link', '/response', `/stripe@${stored}`]));
  });

  describe('of billing customers that requests name', () => {
    const FRESH_MS = 300_000;
    const named = async (key: ProfileKey): Promise<readonly string[]> => {
      const fields = await stage.raw.hkeys(customerHash(key));
      return fields.flatMap((field) => (field.startsWith('/link@') ? [field.slice('/link@'.length)] : [])).sort();
    };
    async function keptOf(agesMs: readonly number[], newcomerAgeMs = 0): Promise<readonly number[]> {
      const key = newKey();
      const ids: string[] = [];
      for (const agoMs of [...agesMs, newcomerAgeMs]) {
        const id = randomUUID();
        ids.push(id);
        await writeLinked({ ...key, variant: id }, id, agoMs);
      }
      const kept = await named(key);
      return ids.flatMap((id, at) => (kept.includes(id) ? [at] : []));
    }
    const ALL = Array.from({ length: 16 }, (_none, at) => at);

    it('none that is fresh makes room: the one that comes last is not kept', async () => {
      const fresh = ALL.map((at) => FRESH_MS - 1000 - at);
      expect(await keptOf(fresh)).toEqual(ALL);
    });

    it('the one that was checked longest ago makes room when it is not fresh', async () => {
      const ages = ALL.map((at) => (at === 5 || at === 9 ? FRESH_MS + 5000 + at : 1000));
      expect(await keptOf(ages)).toEqual([...ALL.filter((at) => at !== 9), 16]);
    });

    it('the one that is written again stays', async () => {
      const key = newKey();
      const ids = ALL.map(() => randomUUID());
      for (const id of [...ids, ids[0] ?? '']) await writeLinked({ ...key, variant: id }, id, 1000);
      expect(await named(key)).toEqual([...ids].sort());
      expect(await responsesOf(key)).toHaveLength(16);
    });
  });

  it('drops what belonged to earlier stored links beyond that number', async () => {
    const key = newKey();
    for (let made = 0; made < 40; made += 1) await writeLinked(key, randomUUID(), 0);
    expect(await stage.raw.hlen(customerHash(key))).toBeLessThan(60);
  });
});

describe('a changed link', () => {
  it('drops the stored link and its response, and keeps every other part', async () => {
    const billingCustomerId = randomUUID();
    const key = newKey();
    const parts = {
      reseller: part(0),
      billing: { ...part(0, 0, 'linked'), value: { billingCustomerId, resolver: 'link-store' } },
      stripe: part(0, 0, 'linked'),
    };
    const response = toResponse('one', {}, parts, 'made', 0);
    const update = { parts, fetched: ['reseller', 'billing', 'stripe'], response, linked: null, version: randomUUID() };
    await writes.write(key, update, (await customers.read(key)).token);
    await writes.forget(key, 'link');
    const fields = await stage.raw.hkeys(customerHash(key));
    const kept = ['generation', 'version', '/reseller', `/${partField('stripe', STORED_LINK, billingCustomerId)}`];
    expect(fields.sort()).toEqual(kept.sort());
  });
});

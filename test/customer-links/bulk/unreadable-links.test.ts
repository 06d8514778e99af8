import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { credentials } from '../../../sandbox/credentials.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import type { Service } from '../../support/service.ts';
import { exportAll, importFile, LINKS, type NewLink, newLink } from '../ndjson.ts';
import { storeLinks } from './stored-links.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterEach(() => stage.raw.flushall());
afterAll(() => stage.close());

const COUNT = 5;
const keyOf = ({ customerId }: NewLink): string => `customer-links:{${credentials.billing.organisation}:${customerId}}`;
const idsOf = (links: readonly NewLink[]): readonly string[] => links.map(({ customerId }) => customerId);

const retyped =
  (write: (raw: Redis, key: string) => Promise<unknown>) =>
  async (key: string): Promise<void> => {
    await stage.raw.del(key);
    await write(stage.raw, key);
  };
const renamed = (value: string) => (key: string) => stage.raw.hset(key, 'billingCustomerId', value);

/** What may have been done to the place of a link. */
const DAMAGES: readonly (readonly [string, (key: string) => Promise<unknown>])[] = [
  ['another text as billing customer', renamed('not-a-uuid')],
  ['an empty billing customer', renamed('')],
  ['the nil UUID as billing customer', renamed('00000000-0000-0000-0000-000000000000')],
  ['a string', retyped((raw, key) => raw.set(key, 'no link'))],
  ['a list', retyped((raw, key) => raw.rpush(key, 'no link'))],
  ['a set', retyped((raw, key) => raw.sadd(key, 'no link'))],
  ['a sorted set', retyped((raw, key) => raw.zadd(key, 0, 'no link'))],
  ['a stream', retyped((raw, key) => raw.xadd(key, '*', 'no', 'link'))],
];

async function damaged(
  damage: (key: string) => Promise<unknown>,
  ...at: readonly number[]
): Promise<{ good: readonly NewLink[]; bad: readonly NewLink[] }> {
  const links = await storeLinks(stage.raw, COUNT);
  const bad = links.filter((_link, index) => at.includes(index));
  for (const link of bad) await damage(keyOf(link));
  return { bad, good: links.filter((link) => !bad.includes(link)) };
}

describe.each(DAMAGES)('in the place of a link %s', (_title, damage) => {
  it('stops no list, which names its customer', async () => {
    const { good, bad } = await damaged(damage, 1, 4);
    const { body } = await service.http.get(LINKS).expect(200);
    expect(body).toMatchObject({ links: good, unreadable: idsOf(bad), nextCursor: null });
    expect((body as { links: unknown[] }).links).toHaveLength(good.length);
    const [one] = bad;
    const query = { billingCustomerId: one?.billingCustomerId };
    const { body: ofOne } = await service.http.get(LINKS).query(query).expect(200);
    expect(ofOne).toEqual({ links: [], unreadable: [one?.customerId], nextCursor: null });
    // It is no stale entry: the index keeps it.
    expect((await service.http.get(LINKS).query(query).expect(200)).body).toEqual(ofOne);
  });

  it('stops no export, which has a line for it and counts it at the end', async () => {
    const { good, bad } = await damaged(damage, 0, 3);
    const { links, last } = await exportAll(service.url);
    expect(idsOf(links)).toEqual(idsOf([...good, ...bad]).toSorted());
    expect(links.filter(({ billingCustomerId }) => billingCustomerId)).toMatchObject(good);
    expect(links.filter((line) => 'code' in line)).toEqual(
      idsOf(bad).map((customerId) => ({ customerId, code: 'link_unreadable' })),
    );
    expect(last).toEqual({ exported: 3, unreadable: 2 });
  });

  it('stops no look-up, which says that there may be more', async () => {
    const { bad, good } = await damaged(damage, 2);
    const path = '/v1/customer-profiles';
    const of = async ([link]: readonly NewLink[]): Promise<unknown> =>
      (await service.http.get(path).query({ billingCustomerId: link?.billingCustomerId }).expect(200)).body;
    expect(await of(bad)).toEqual({ customerIds: [], more: true });
    expect(await of(good)).toEqual({ customerIds: [good[0]?.customerId] });
  });
});

describe('links that cannot be read', () => {
  it('are counted each time one is met', async () => {
    await damaged(renamed('not-a-uuid'), 1, 2);
    const count = async (): Promise<number> =>
      Number(/^customer_links_unreadable_total (\d+)$/m.exec((await service.http.get('/metrics')).text)?.[1]);
    const before = await count();
    await service.http.get(LINKS).expect(200);
    await exportAll(service.url);
    expect(await count()).toBe(before + 4);
  });

  it('may fill pages of their own, and no customer is in two', async () => {
    const { bad } = await damaged(renamed('not-a-uuid'), 0, 1, 2, 3, 4);
    const { body } = await service.http.get(`${LINKS}?limit=2`).expect(200);
    const { nextCursor } = body as { nextCursor: string };
    expect(body).toMatchObject({ links: [], unreadable: idsOf(bad).slice(0, 2) });
    const next = await service.http.get(`${LINKS}?limit=3&cursor=${nextCursor}`).expect(200);
    expect(next.body).toEqual({ links: [], unreadable: idsOf(bad).slice(2), nextCursor: null });
  });

  it('are refused by an import of that export, and no other line is', async () => {
    await damaged(renamed('not-a-uuid'), 3);
    const { text } = await exportAll(service.url);
    const { lines } = await importFile(service.url, text);
    const outcomes = ['unchanged', 'unchanged', 'unchanged', 'refused', 'unchanged', undefined];
    expect(lines.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  it('do not keep a stale entry from being removed, whatever their history is', async () => {
    const { good } = await damaged(() => Promise.resolve(), 0);
    const [link = newLink()] = good;
    await stage.raw.hset(keyOf(link), 'history', '{');
    const { billingCustomerId } = newLink();
    const index = `customer-links:index:{${credentials.billing.organisation}}:by-billing-customer`;
    await stage.raw.zadd(index, 0, `${billingCustomerId}:${link.customerId}`);
    const { body } = await service.http.get(LINKS).query({ billingCustomerId }).expect(200);
    expect(body).toEqual({ links: [], nextCursor: null });
  });

  it('are another thing than an index that cannot be read, which ends the list', async () => {
    await damaged(() => Promise.resolve(), 0);
    await stage.raw.set(`customer-links:index:{${credentials.billing.organisation}}:all`, 'no index');
    await service.http.get(LINKS).expect(503);
    expect((await fetch(`${service.url}${LINKS}/export`)).status).toBe(503);
  });
});

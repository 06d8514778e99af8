import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { credentials } from '../../../sandbox/credentials.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import type { Service } from '../../support/service.ts';
import { LINKS, type NewLink, newLink } from '../ndjson.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(() => stage.close());

interface Page {
  readonly links: readonly NewLink[];
  readonly nextCursor: string | null;
}
const put = ({ customerId, billingCustomerId }: NewLink): PromiseLike<unknown> =>
  service.http.put(`${LINKS}/${customerId}`).send({ billingCustomerId });
const page = async (query: string): Promise<Page> =>
  (await service.http.get(`${LINKS}${query}`).expect(200)).body as Page;
const customersOf = async (billingCustomerId: string): Promise<readonly string[]> =>
  (await page(`?billingCustomerId=${billingCustomerId}`)).links.map(({ customerId }) => customerId);

/** Every page, one after the other. */
async function pages(query: string): Promise<readonly (readonly NewLink[])[]> {
  const all = [];
  for (let cursor = ''; ;) {
    const { links, nextCursor } = await page(`${query}${cursor}`);
    all.push(links);
    if (nextCursor === null) return all;
    cursor = `&cursor=${nextCursor}`;
  }
}

describe('GET /v1/customer-links?billingCustomerId=', () => {
  it('answers the links to that billing customer, with who stored them, and no others', async () => {
    const billingCustomerId = randomUUID();
    const mine = [newLink(billingCustomerId), newLink(billingCustomerId)];
    await Promise.all([...mine, newLink()].map(put));
    const { links, nextCursor } = await page(`?billingCustomerId=${billingCustomerId.toUpperCase()}`);
    const linkedAt = expect.stringMatching(/Z$/);
    expect(links).toEqual(mine.map((link) => ({ ...link, linkedAt, linkedBy: 'anonymous' })));
    expect(nextCursor).toBeNull();
  });

  it('and any other list is stored by no cache on the way, whose next caller may be another one (E1)', async () => {
    await put(newLink());
    for (const query of ['', '?limit=1', `?billingCustomerId=${randomUUID()}`]) {
      const { headers } = await service.http.get(`${LINKS}${query}`).expect(200);
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it('answers an empty list for a billing customer without links', async () => {
    expect(await page(`?billingCustomerId=${randomUUID()}`)).toEqual({ links: [], nextCursor: null });
  });

  it('follows a link that is replaced and one that is removed', async () => {
    const [first, second] = [newLink(), newLink()];
    await put(first);
    expect(await customersOf(first.billingCustomerId)).toEqual([first.customerId]);
    await put({ ...first, billingCustomerId: second.billingCustomerId });
    const [index = ''] = await stage.raw.keys('customer-links:index:*by-billing-customer');
    expect(await stage.raw.zscore(index, `${first.billingCustomerId}:${first.customerId}`)).toBeNull();
    expect(await customersOf(first.billingCustomerId)).toEqual([]);
    expect(await customersOf(second.billingCustomerId)).toEqual([first.customerId]);
    await service.http.delete(`${LINKS}/${first.customerId}`).expect(204);
    const [all = ''] = await stage.raw.keys('customer-links:index:*:all');
    expect(await stage.raw.zscore(all, first.customerId)).toBeNull();
    expect(await customersOf(second.billingCustomerId)).toEqual([]);
    const [byCustomer = ''] = await stage.raw.keys('customer-links:index:*:by-customer');
    const { customerId } = first;
    expect(await stage.raw.zrangebylex(byCustomer, `[${customerId}:`, `(${customerId};`)).toEqual([]);
  });

  it('never answers an entry that the link does not confirm, and removes it', async () => {
    const [link, other] = [newLink(), newLink()];
    await put(link);
    const [index = ''] = await stage.raw.keys('customer-links:index:*by-billing-customer');
    const stale = [
      `${other.billingCustomerId}:${link.customerId}`,
      `${other.billingCustomerId}:${newLink().customerId}`,
    ];
    await stage.raw.zadd(index, ...stale.flatMap((member) => [0, member]));
    expect(await customersOf(other.billingCustomerId)).toEqual([]);
    expect(await stage.raw.zmscore(index, ...stale)).toEqual([null, null]);
    expect(await customersOf(link.billingCustomerId)).toEqual([link.customerId]);
  });

  it('fills a page past stale entries', async () => {
    const billingCustomerId = randomUUID();
    const gone = Array.from({ length: 450 }, () => newLink(billingCustomerId));
    const last = newLink(billingCustomerId);
    await put(last);
    const [index = ''] = await stage.raw.keys('customer-links:index:*by-billing-customer');
    await stage.raw.zadd(index, ...gone.flatMap(({ customerId }) => [0, `${billingCustomerId}:${customerId}`]));
    const { links, nextCursor } = await page(`?billingCustomerId=${billingCustomerId}&limit=1`);
    expect({ links, nextCursor }).toMatchObject({ links: [last], nextCursor: null });
  });

  it('lists a link again whose entry was lost, once it is stored again', async () => {
    const link = newLink();
    await put(link);
    await stage.raw.del(await stage.raw.keys('customer-links:index:*'));
    expect(await customersOf(link.billingCustomerId)).toEqual([]);
    await put(link);
    expect(await customersOf(link.billingCustomerId)).toEqual([link.customerId]);
  });

  it('agrees with the links after many changes at once', async () => {
    const targets = [randomUUID(), randomUUID(), randomUUID()];
    const customers = Array.from({ length: 10 }, () => newLink().customerId);
    const change = async (customerId: string, step: number): Promise<unknown> =>
      step % 4 === 3
        ? service.http.delete(`${LINKS}/${customerId}`)
        : put({ customerId, billingCustomerId: targets[(step * 7) % 3] ?? '' });
    await Promise.all(customers.flatMap((id) => Array.from({ length: 24 }, (_, step) => change(id, step))));
    const expected = new Map<string, string[]>(targets.map((target) => [target, []]));
    for (const customerId of customers) {
      const { status, body } = await service.http.get(`${LINKS}/${customerId}`);
      if (status === 200) expected.get((body as NewLink).billingCustomerId)?.push(customerId);
    }
    for (const target of targets) expect(await customersOf(target)).toEqual(expected.get(target));
  });
});

describe('pages', () => {
  it('are in the order of customer ids, of at most limit links, each link once, the last without a cursor', async () => {
    const billingCustomerId = randomUUID();
    const links = Array.from({ length: 25 }, () => newLink(billingCustomerId));
    await Promise.all(links.map(put));
    const all = await pages(`?billingCustomerId=${billingCustomerId}&limit=10`);
    expect(all.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(all.flat()).toMatchObject(links);
    expect((await pages(`?billingCustomerId=${billingCustomerId}&limit=25`)).map(({ length }) => length)).toEqual([25]);
  });

  it('without a billing customer are of all links', async () => {
    const links = [newLink(), newLink(), { ...newLink(), customerId: 'Ünïcødé-4471' }];
    await Promise.all(links.map((link) => service.http.put(`${LINKS}/${encodeURIComponent(link.customerId)}`).send({ billingCustomerId: link.billingCustomerId }))); // prettier-ignore
    const all = (await pages('?limit=7')).flat();
    expect(all).toEqual(expect.arrayContaining(links.map((link): unknown => expect.objectContaining(link))));
    expect(new Set(all.map(({ customerId }) => customerId)).size).toBe(all.length);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=..', 'cursor'],
    ['cursor=%00', 'cursor'],
    [`cursor=${'A'.repeat(300)}`, 'cursor'],
    ['billingCustomerId=x', 'billingCustomerId'],
    ['billingCustomerId=00000000-0000-0000-0000-000000000000', 'billingCustomerId'],
    ['customerId=1234567890', undefined],
  ] as const)('are refused for ?%s', async (query, name) => {
    const { body } = await service.http.get(`${LINKS}?${query}`).expect(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ in: 'query' }] });
    expect(body.errors[0].name).toBe(name);
  });

  it('show no link of another organisation', async () => {
    const other = '0b7e2c4a-91d3-4f5e-8a6c-2d1f0e9b8c7b';
    const elsewhere = await stage.service({ BILLING_ORGANISATION: other });
    const link = newLink();
    await put(link);
    await elsewhere.http.put(`${LINKS}/${link.customerId}`).send({ billingCustomerId: link.billingCustomerId });
    const of = async ({ http }: Service, id: string): Promise<unknown> =>
      (await http.get(`${LINKS}?billingCustomerId=${link.billingCustomerId}`).set('organisation', id).expect(200)).body;
    expect(await of(elsewhere, other)).toMatchObject({ links: [link] });
    await elsewhere.http.delete(`${LINKS}/${link.customerId}`).expect(204);
    expect(await of(elsewhere, other)).toMatchObject({ links: [] });
    expect(await of(service, credentials.billing.organisation)).toMatchObject({ links: [link] });
  });
});

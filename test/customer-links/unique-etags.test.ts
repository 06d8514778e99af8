import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import type { Service } from '../support/service.ts';
import { LINKS, newLink } from './ndjson.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(() => stage.close());

interface Read {
  readonly etag: string;
  readonly body: string;
}

const urlOf = (customerId: string): string => `${LINKS}/${customerId}`;
const read = async (customerId: string, by = service): Promise<Read | null> => {
  const { status, headers, text } = await by.http.get(urlOf(customerId));
  return status === 404 ? null : { etag: String(headers.etag), body: text };
};

/** What Redis has of a link, taken and put back. */
async function snapshot(customerId: string): Promise<() => Promise<unknown>> {
  const [key = ''] = await stage.raw.keys(`customer-links:*:${customerId}}`);
  const bytes = await stage.raw.dumpBuffer(key);
  return () => stage.raw.restore(key, 0, bytes, 'REPLACE');
}

describe('after Redis was restored from an older snapshot (E8)', () => {
  it('no ETag of the lost changes ever stands for another link', async () => {
    const { customerId, billingCustomerId } = newLink();
    const put = (id: string, headers = {}): ReturnType<typeof service.http.put> =>
      service.http.put(urlOf(customerId)).set(headers).send({ billingCustomerId: id });
    await put(billingCustomerId).expect(201);
    const restore = await snapshot(customerId);
    const { headers: lost } = await put(randomUUID()).expect(200);
    await restore();
    const present = randomUUID();
    await put(present).expect(200);
    const conditional = { 'if-match': String(lost.etag) };
    await put(randomUUID(), conditional).expect(412);
    await service.http.delete(urlOf(customerId)).set(conditional).expect(412);
    const answer = await service.http.get(urlOf(customerId)).set('if-none-match', String(lost.etag)).expect(200);
    expect(answer.body).toMatchObject({ billingCustomerId: present });
  });

  it('of any changes, snapshots and losses one ETag is of one content', async () => {
    const step = fc.constantFrom('put 1', 'put 2', 'delete', 'pass', 'snapshot', 'restore');
    const ids = { 'put 1': randomUUID(), 'put 2': randomUUID() };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const { customerId, billingCustomerId } = newLink();
        await service.http.put(urlOf(customerId)).send({ billingCustomerId }).expect(201);
        const contents = new Map<string, string>();
        let restore = await snapshot(customerId);
        for (const one of steps) {
          if (one === 'delete') await service.http.delete(urlOf(customerId)).expect(204);
          else if (one === 'pass') service.clock.advance(1);
          else if (one === 'snapshot') restore = await snapshot(customerId);
          else if (one === 'restore') await restore();
          else await service.http.put(urlOf(customerId)).send({ billingCustomerId: ids[one] });
          const now = await read(customerId);
          if (now === null) continue;
          expect(contents.get(now.etag) ?? now.body).toBe(now.body);
          contents.set(now.etag, now.body);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('two organisations with the same link, stored at the same time by the same caller (W5)', () => {
  it('have two ETags: neither revalidates or changes the other’s link', async () => {
    const BILLING_ORGANISATION = 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4';
    const other = await stage.service({ BILLING_ORGANISATION }, { clock: service.clock });
    const { customerId, billingCustomerId } = newLink();
    for (const one of [service, other]) await one.http.put(urlOf(customerId)).send({ billingCustomerId }).expect(201);
    const [ours, theirs] = [await read(customerId), await read(customerId, other)];
    expect(theirs?.body).toBe(ours?.body);
    expect(theirs?.etag).not.toBe(ours?.etag);
    await other.http.get(urlOf(customerId)).set('if-none-match', String(ours?.etag)).expect(200);
    const conditional = { 'if-match': String(ours?.etag) };
    await other.http.put(urlOf(customerId)).set(conditional).send({ billingCustomerId: randomUUID() }).expect(412);
    await other.http.delete(urlOf(customerId)).set(conditional).expect(412);
  });
});

describe('two customers with the same link', () => {
  it('have two ETags', async () => {
    const [one, other] = [newLink(), newLink()];
    await service.http.put(urlOf(one.customerId)).send({ billingCustomerId: one.billingCustomerId }).expect(201);
    await service.http.put(urlOf(other.customerId)).send({ billingCustomerId: one.billingCustomerId }).expect(201);
    expect((await read(one.customerId))?.etag).not.toBe((await read(other.customerId))?.etag);
  });
});

describe('a caller’s name in any writing', () => {
  it('has the ETag in the script that the service computes', async () => {
    const names = ['ärger', '日本', '😀', 'a\\"b', 'a\nb'];
    for (const linkedBy of names) {
      const { customerId, billingCustomerId } = newLink();
      await service.http.put(urlOf(customerId)).send({ billingCustomerId }).expect(201);
      const [key = ''] = await stage.raw.keys(`customer-links:*:${customerId}}`);
      await stage.raw.hset(key, { linkedBy });
      const etag = String((await read(customerId))?.etag);
      const next = { billingCustomerId: randomUUID() };
      const { headers } = await service.http.put(urlOf(customerId)).set('if-match', etag).send(next).expect(200);
      expect(headers.etag).toBe((await read(customerId))?.etag);
      await service.http.delete(urlOf(customerId)).set('if-match', String(headers.etag)).expect(204);
    }
  });
});

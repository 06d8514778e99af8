import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

const METHODS = ['GET', 'HEAD', 'PUT', 'DELETE'] as const;
type Method = (typeof METHODS)[number];
/** The values of a header, as a function of the link's present ETag; null: the header is not sent. */
const VALUES = {
  none: () => null,
  any: () => '*',
  present: (etag: string) => etag,
  weak: (etag: string) => `W/${etag}`,
  other: () => '"0000000000000000000000000000000000000000"',
} as const;
type Value = keyof typeof VALUES;
const ALL = Object.keys(VALUES) as Value[];

/** RFC 9110, section 13.2: the answer at each step. */
function expected(method: Method, isLinked: boolean, ifMatch: Value, ifNoneMatch: Value): number {
  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead && !isLinked) return 404; // Section 13.2.1: conditions are ignored where there would be no 2xx.
  const matches = isLinked && ['any', 'present'].includes(ifMatch); // Strong comparison, section 13.1.1.
  if (ifMatch !== 'none' && !matches) return 412;
  const isThere = isLinked && ['any', 'present', 'weak'].includes(ifNoneMatch); // Weak comparison, section 13.1.2.
  if (isThere) return isRead ? 304 : 412;
  if (method === 'DELETE') return 204;
  return method === 'PUT' && !isLinked ? 201 : 200;
}

const send = async (method: Method, customerId: string, headers: Record<string, string>): Promise<number> => {
  const body = method === 'PUT' ? { body: JSON.stringify({ billingCustomerId: randomUUID() }) } : {};
  const answer = await fetch(`${service.url}${LINKS}/${customerId}`, {
    method,
    headers: { ...headers, ...(method === 'PUT' ? { 'content-type': 'application/json' } : {}) },
    ...body,
  });
  await answer.arrayBuffer();
  return answer.status;
};

/** A customer, linked or not, and the ETag of its current or former link. */
async function customer(isLinked: boolean): Promise<{ customerId: string; url: string; etag: string }> {
  const { customerId, billingCustomerId } = newLink();
  const url = `${LINKS}/${customerId}`;
  const { headers } = await service.http.put(url).send({ billingCustomerId }).expect(201);
  if (!isLinked) await service.http.delete(url).expect(204);
  return { customerId, url, etag: String(headers.etag) };
}

const state = async (url: string): Promise<unknown> => (await service.http.get(url)).headers.etag ?? null;

const given = (headers: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));

describe.each(METHODS)('%s of a link, by RFC 9110, section 13 (L2)', (method) => {
  it.each([true, false])('answers and changes as each pair of conditions says; linked: %s', async (isLinked) => {
    for (const ifMatch of ALL)
      for (const ifNoneMatch of ALL) {
        const { customerId, url, etag } = await customer(isLinked);
        const before = await state(url);
        const headers = given({ 'if-match': VALUES[ifMatch](etag), 'if-none-match': VALUES[ifNoneMatch](etag) });
        const status = await send(method, customerId, headers);
        const isChange = status === 201 || (isLinked && (status === 204 || (method === 'PUT' && status === 200)));
        const isChanged = (await state(url)) !== before;
        expect({ ifMatch, ifNoneMatch, status, isChanged }).toEqual({
          ifMatch,
          ifNoneMatch,
          status: expected(method, isLinked, ifMatch, ifNoneMatch),
          isChanged: isChange,
        });
      }
  });

  it('ignores conditions on a date, as no link has Last-Modified, and a range', async () => {
    const { customerId } = await customer(true);
    const headers = {
      'if-modified-since': 'Fri, 27 Nov 2099 00:00:00 GMT',
      'if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT',
      'if-range': '"x"',
      range: 'bytes=0-1',
    };
    expect(await send(method, customerId, headers)).toBe(method === 'DELETE' ? 204 : 200);
  });

  it.each(['if-match', 'if-none-match'])(
    'refuses %s that is no list of entity-tags, whatever else is sent',
    async (name) => {
      const { customerId, etag } = await customer(true);
      expect(await send(method, customerId, { 'if-match': etag, [name]: 'x' })).toBe(400);
    },
  );
});

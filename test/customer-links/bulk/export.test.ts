import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import type { Service } from '../../support/service.ts';
import { exportAll, importFile, LINKS, NDJSON, newLink, newLinks, toLines } from '../ndjson.ts';
import { storeLinks } from './stored-links.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterEach(() => stage.raw.flushall());
afterAll(() => stage.close());

describe('GET /v1/customer-links/export', () => {
  it('without links is its last line alone', async () => {
    expect((await exportAll(service.url)).text).toBe('{"exported":0}\n');
  });

  it('is one link a line, in the order of customer ids, and says at the end how many there were', async () => {
    const links = newLinks(1203);
    await importFile(service.url, toLines(links.toReversed()));
    const answer = await fetch(`${service.url}${LINKS}/export`);
    expect(answer.headers.get('content-type')).toBe(NDJSON);
    await answer.text();
    const exported = await exportAll(service.url);
    expect(exported.last).toEqual({ exported: 1203 });
    const linkedAt = expect.stringMatching(/Z$/);
    expect(exported.links).toEqual(links.map((link) => ({ ...link, linkedAt, linkedBy: 'anonymous' })));
  });

  it('has each customer exactly once while links change', async () => {
    const links = newLinks(1500);
    await importFile(service.url, toLines(links));
    let changing = true;
    const change = async (): Promise<void> => {
      for (let index = 0; changing; index = (index + 211) % links.length) {
        const { billingCustomerId } = newLink();
        await service.http.put(`${LINKS}/${links[index]?.customerId}`).send({ billingCustomerId }).expect(200);
      }
    };
    const changes = [change(), change()];
    const exported = await exportAll(service.url);
    changing = false;
    await Promise.all(changes);
    expect(exported.links.map(({ customerId }) => customerId)).toEqual(links.map(({ customerId }) => customerId));
  });

  it('leaves out entries that the link does not confirm', async () => {
    const link = newLink();
    await importFile(service.url, toLines([link]));
    const [index = ''] = await stage.raw.keys('customer-links:index:*:all');
    await stage.raw.zadd(index, 0, '1111111111');
    expect(await exportAll(service.url)).toMatchObject({ links: [link], last: { exported: 1 } });
    expect(await stage.raw.zscore(index, '1111111111')).toBeNull();
  });

  it('goes on after any customer, linked or not, and its last line says after whom (E17)', async () => {
    const links = await storeLinks(stage.raw, 1203);
    const ids = links.map(({ customerId }) => customerId);
    const gone = ids[500] ?? '';
    await service.http.delete(`${LINKS}/${gone}`).expect(204);
    const left = ids.filter((id) => id !== gone);
    for (const after of [ids[0], ids[498], ids[499], gone, ids[501], ids[1201], ids[1202], '0000', 'zzzz']) {
      const { links: rest, last } = await exportAll(service.url, {}, `?after=${after}`);
      const expected = left.filter((id) => id > String(after));
      expect(rest.map(({ customerId }) => customerId)).toEqual(expected);
      expect(last).toEqual({ exported: expected.length, after });
    }
  });

  it('takes no other query', async () => {
    const { body } = await service.http.get(`${LINKS}/export?billingCustomerId=x`).expect(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ in: 'query' }] });
  });

  it.each(['', 'x', 'a b c d', '%00%00%00%00', '1234&after=1235'])('refuses ?after=%s', async (after) => {
    const { body } = await service.http.get(`${LINKS}/export?after=${after}`).expect(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ in: 'query', name: 'after' }] });
  });

  it.each(['PUT', 'DELETE', 'POST'])('is refused with 405 for %s', async (method) => {
    const { status, headers } = await fetch(`${service.url}${LINKS}/export`, { method });
    expect({ status, allow: headers.get('allow') }).toEqual({ status: 405, allow: 'GET, HEAD' });
  });
});

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

/** No link's. */
const OTHER = '0123456789abcdef'.repeat(3).slice(0, 40);
type Conditions = Readonly<Record<string, string>>;
const urlOf = (customerId: string): string => `${LINKS}/${customerId}`;
const put = (customerId: string, headers: Conditions = {}, billingCustomerId: string = randomUUID()): ReturnType<typeof service.http.put> =>
  service.http.put(urlOf(customerId)).set(headers).send({ billingCustomerId }); // prettier-ignore
/** A stored link and its ETag. */
async function stored(): Promise<{ customerId: string; billingCustomerId: string; etag: string }> {
  const link = newLink();
  const { headers } = await put(link.customerId, {}, link.billingCustomerId).expect(201);
  return { ...link, etag: String(headers.etag) };
}
const linkOf = async (customerId: string): Promise<unknown> => {
  const { status, body } = await service.http.get(urlOf(customerId));
  return status === 404 ? null : (body as { billingCustomerId: string }).billingCustomerId;
};

describe('the ETag of a link', () => {
  it('is strong, the same on PUT and GET, and changes with every change and with nothing else', async () => {
    const { customerId, billingCustomerId, etag } = await stored();
    expect(etag).toMatch(/^"[\da-f]{40}"$/);
    const unchanged = await put(customerId, {}, billingCustomerId).expect(200);
    const read = await service.http.get(urlOf(customerId)).expect(200);
    expect([unchanged.headers.etag, read.headers.etag]).toEqual([etag, etag]);
    const replaced = await put(customerId).expect(200);
    const again = await put(customerId, {}, billingCustomerId).expect(200);
    await service.http.delete(urlOf(customerId)).expect(204);
    const created = await put(customerId, {}, billingCustomerId).expect(201);
    const all = [etag, replaced.headers.etag, again.headers.etag, created.headers.etag];
    expect(new Set(all).size).toBe(4);
  });
});

describe('If-Match', () => {
  it.each(['PUT', 'DELETE'] as const)('lets a %s through for the present ETag, alone or in a list', async (method) => {
    for (const spelled of [(etag: string) => etag, (etag: string) => `"${OTHER}", ${etag} ,W/"1"`, () => '*']) {
      const { customerId, etag } = await stored();
      const headers = { 'if-match': spelled(etag) };
      if (method === 'PUT') await put(customerId, headers).expect(200);
      else await service.http.delete(urlOf(customerId)).set(headers).expect(204);
    }
  });

  it.each([
    ['one that is not the link’s', () => `"${OTHER}"`],
    ['a number', () => '"1"'],
    ['one that begins like it', (etag: string) => `"${etag.slice(1, -1)}1"`],
    ['a weak one', (etag: string) => `W/${etag}`],
    ['a foreign one', () => '"abc,1,def"'],
    ['a list of others', () => `"7000", "${OTHER}"`],
  ])('refuses PUT and DELETE with 412 and changes nothing for %s', async (_title, spelled) => {
    const { customerId, billingCustomerId, etag } = await stored();
    const headers = { 'if-match': spelled(etag) };
    const answers = [
      await put(customerId, headers),
      await service.http.delete(urlOf(customerId)).set(headers),
      await service.http.get(urlOf(customerId)).set(headers),
    ];
    for (const { status, body } of answers)
      expect({ status, body }).toMatchObject({ status: 412, body: { code: 'precondition_failed', status: 412 } });
    const { body } = await service.http.get(urlOf(customerId)).expect(200);
    expect(body).toMatchObject({ billingCustomerId, history: [] });
  });

  it('leaves no trace in the lists when it refuses', async () => {
    const { customerId, billingCustomerId } = await stored();
    const [unlinked, wanted] = [newLink().customerId, randomUUID()];
    await put(customerId, { 'if-match': `"${OTHER}"` }, wanted).expect(412);
    await put(unlinked, { 'if-match': '*' }, wanted).expect(412);
    const [all = '', byBilling = ''] = (await stage.raw.keys('customer-links:index:*')).sort();
    const entries = [`${wanted}:${customerId}`, `${wanted}:${unlinked}`, `${billingCustomerId}:${customerId}`];
    expect(await stage.raw.zmscore(byBilling, ...entries)).toEqual([null, null, '0']);
    expect(await stage.raw.zmscore(all, customerId, unlinked)).toEqual(['0', null]);
  });

  it('is 412 where there is no link, for * and for the ETag of a link that was removed', async () => {
    const { customerId, etag } = await stored();
    await service.http.delete(urlOf(customerId)).expect(204);
    for (const condition of ['*', etag]) {
      await put(customerId, { 'if-match': condition }).expect(412);
      await service.http.delete(urlOf(customerId)).set('if-match', condition).expect(412);
    }
    expect(await linkOf(customerId)).toBeNull();
    await put(newLink().customerId, { 'if-match': `"${OTHER}"` }).expect(412);
  });

  it('lets exactly one of twenty parallel PUTs win', async () => {
    const { customerId, billingCustomerId, etag } = await stored();
    const wanted = Array.from({ length: 20 }, () => randomUUID());
    const answers = await Promise.all(wanted.map((id) => put(customerId, { 'if-match': etag }, id)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array<number>(19).fill(412)]);
    const winner = wanted[answers.findIndex(({ status }) => status === 200)];
    const { body } = await service.http.get(urlOf(customerId)).expect(200);
    expect(body).toMatchObject({ billingCustomerId: winner, history: [{ billingCustomerId }] });
    expect(body.history).toHaveLength(1);
  });

  it('loses no update when every writer reads, decides and writes on condition', async () => {
    const { customerId } = await stored();
    const increment = async (): Promise<void> => {
      for (;;) {
        const { headers } = await service.http.get(urlOf(customerId)).expect(200);
        if ((await put(customerId, { 'if-match': String(headers.etag) })).status === 200) return;
      }
    };
    await Promise.all(Array.from({ length: 8 }, increment));
    const { body } = await service.http.get(urlOf(customerId)).expect(200);
    expect(body.history).toHaveLength(8);
  });
});

describe('If-None-Match', () => {
  it('* creates and never replaces: exactly one of twenty parallel PUTs', async () => {
    const { customerId } = newLink();
    const answers = await Promise.all(Array.from({ length: 20 }, () => put(customerId, { 'if-none-match': '*' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(412)]);
    const { body } = await service.http.get(urlOf(customerId)).expect(200);
    expect(body.history).toEqual([]);
  });

  it('* creates a removed link again', async () => {
    const { customerId } = await stored();
    await service.http.delete(urlOf(customerId)).expect(204);
    await put(customerId, { 'if-none-match': '*' }).expect(201);
  });

  it.each([(etag: string) => etag, (etag: string) => `W/${etag}`, (etag: string) => `"x", ${etag}`, () => '*'])(
    'answers a GET with 304, the ETag and no body (%#)',
    async (spelled) => {
      const { customerId, etag } = await stored();
      const answer = await service.http.get(urlOf(customerId)).set('if-none-match', spelled(etag)).expect(304);
      expect(answer.headers.etag).toBe(etag);
      expect(answer.text).toBe('');
    },
  );

  it('answers a GET whole when the link has changed, and 404 when there is none', async () => {
    const { customerId, etag } = await stored();
    await put(customerId).expect(200);
    await service.http.get(urlOf(customerId)).set('if-none-match', etag).expect(200);
    await service.http.get(urlOf(newLink().customerId)).set('if-none-match', '*').expect(404);
  });
});

describe('a conditional header that is malformed', () => {
  it.each(['', '1', '"1', '1"', '*, "1"', '"1" "2"', 'w/"1"', "'1'", ',', '"1";"2"', '"a b"'])(
    'is 400, named and not repeated: %j',
    async (value) => {
      const { customerId, billingCustomerId } = await stored();
      for (const name of ['If-Match', 'If-None-Match']) {
        const { body } = await put(customerId, { [name]: value }).expect(400);
        expect(body).toMatchObject({ code: 'invalid_request', errors: [{ in: 'header', name }] });
        expect(body.errors).toHaveLength(1);
      }
      expect(await linkOf(customerId)).toBe(billingCustomerId);
    },
  );

  it('is named together with a bad path, a bad body and an unknown query', async () => {
    const { body } = await service.http.put(`${LINKS}/x?y=1`).set('if-match', 'z').send({}).expect(400);
    const places = (body.errors as { in: string; name?: string }[]).map(
      ({ in: place, name = '-' }) => `${place} ${name}`,
    );
    expect(places.sort()).toEqual(['body billingCustomerId', 'header If-Match', 'path customerId', 'query -']);
  });
});

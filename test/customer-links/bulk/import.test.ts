import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { linkedAs, openStage, type Stage } from '../../profile-cache/stage.ts';
import { startHeldAnswers } from '../../redis/held-answers.ts';
import { eventually } from '../../support/eventually.ts';
import type { Service } from '../../support/service.ts';
import { exportAll, importFile, LINKS, NDJSON, newLink, newLinks, toLines } from '../ndjson.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(() => stage.close());

const linkOf = async (customerId: string): Promise<unknown> =>
  ((await service.http.get(`${LINKS}/${customerId}`)).body as { billingCustomerId?: string }).billingCustomerId;

describe('POST /v1/customer-links/import', () => {
  it('reports on each line in its order and sums up', async () => {
    const [fresh, same, other] = [newLink(), newLink(), newLink()];
    await importFile(service.url, toLines([same, other]));
    const file = `${toLines([fresh])}\nzq7\n${toLines([same, { ...other, billingCustomerId: randomUUID() }])}${toLines([fresh])}`;
    const { status, headers, lines, body } = await importFile(service.url, file);
    expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: NDJSON });
    expect(lines).toEqual([
      { line: 1, customerId: fresh.customerId, outcome: 'created' },
      { line: 3, outcome: 'refused', errors: [{ in: 'body', detail: expect.any(String) }] },
      { line: 4, customerId: same.customerId, outcome: 'unchanged' },
      { line: 5, customerId: other.customerId, outcome: 'replaced' },
      {
        line: 6,
        outcome: 'refused',
        errors: [{ in: 'body', name: 'customerId', detail: 'line 1 is for the same customer' }],
      },
      {
        summary: { created: 1, replaced: 1, unchanged: 1, refused: 2, failed: 0, notTried: 0, lines: 5, dryRun: false },
      },
    ]);
    expect(body).not.toContain('zq7');
    expect(await linkOf(fresh.customerId)).toBe(fresh.billingCustomerId);
  });

  it('takes 10,000 lines with bad ones among them: it imports the good ones and names the bad ones', async () => {
    const links = newLinks(10_000);
    const isBad = (index: number): boolean => index % 97 === 13;
    const bad = ['{', '', '[]', '{"customerId":"1"}', '{"__proto__":{}}', '\u0000'].map((line) =>
      line === '' ? 'null' : line,
    );
    const file = links.map((link, index) => (isBad(index) ? (bad[index % bad.length] ?? '') : JSON.stringify(link)));
    const { lines } = await importFile(service.url, file.join('\r\n'));
    const refused = links.filter((_, index) => isBad(index)).length;
    expect(lines.at(-1)).toEqual({
      summary: {
        created: 10_000 - refused,
        replaced: 0,
        unchanged: 0,
        refused,
        failed: 0,
        notTried: 0,
        lines: 10_000,
        dryRun: false,
      },
    });
    expect(lines.slice(0, -1).map(({ line }) => line)).toEqual(links.map((_, index) => index + 1));
    const outcomes = lines.slice(0, -1).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(links.map((_, index) => (isBad(index) ? 'refused' : 'created')));

    const { links: exported } = await exportAll(service.url);
    const stored = new Map(exported.map((link) => [link.customerId, link.billingCustomerId]));
    const wrong = links.filter(
      (link, index) => (stored.get(link.customerId) !== link.billingCustomerId) !== isBad(index),
    );
    expect(wrong).toEqual([]);
  });

  it('does nothing twice: the same file again leaves every link and its history', async () => {
    const links = newLinks(250);
    await importFile(service.url, toLines(links));
    const { lines } = await importFile(service.url, toLines(links));
    expect(lines.at(-1)?.summary).toMatchObject({ unchanged: 250, created: 0, replaced: 0 });
    const { body } = await service.http.get(`${LINKS}/${links[0]?.customerId}`).expect(200);
    expect(body.history).toEqual([]);
  });

  it('takes an export as it is', async () => {
    await stage.raw.flushall();
    await importFile(service.url, toLines(newLinks(3)));
    const { links, text } = await exportAll(service.url);
    const { lines } = await importFile(service.url, text);
    expect(lines.at(-1)?.summary).toMatchObject({ unchanged: links.length, refused: 0, lines: links.length });
    const inTwo = `${text.split('\n')[0]}\n${(await exportAll(service.url, {}, `?after=${links[0]?.customerId}`)).text}`;
    const { lines: again } = await importFile(service.url, inTwo);
    expect(again.at(-1)?.summary).toMatchObject({ unchanged: links.length, refused: 0, lines: links.length });
  });

  it('changes the profile at once', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const next = stage.customer({ stripe: linkedAs('cus_new') });
    const read = async (): Promise<unknown> => (await service.http.get(customer.unlinkedPath).expect(200)).body;
    for (const { billingCustomerId } of [customer, next]) {
      await importFile(service.url, toLines([{ customerId: customer.customerId, billingCustomerId }]));
      expect(await read()).toMatchObject({ billingCustomerId });
    }
  });

  it('with dryRun=true reports what it would do and changes nothing', async () => {
    const [fresh, same, other] = [newLink(), newLink(), newLink()];
    await importFile(service.url, toLines([same, other]));
    const file = `${toLines([fresh, same, { ...other, billingCustomerId: randomUUID() }])}x\n`;
    const { lines } = await importFile(service.url, file, { query: '?dryRun=true' });
    expect(lines.map(({ outcome }) => outcome)).toEqual(['created', 'unchanged', 'replaced', 'refused', undefined]);
    expect(lines.at(-1)?.summary).toMatchObject({ created: 1, unchanged: 1, replaced: 1, refused: 1, dryRun: true });
    expect(await linkOf(fresh.customerId)).toBeUndefined();
    expect(await linkOf(other.customerId)).toBe(other.billingCustomerId);
  });

  it.each(['', '\n', '\r\n \n', '\ufeff', '{"exported":0}\n', '{"exported":0,"after":"1234"}\n'])(
    'of nothing (%j) is a summary of nothing',
    async (file) => {
      const { lines } = await importFile(service.url, file);
      expect(lines).toMatchObject([{ summary: { lines: 0 } }]);
    },
  );
});

describe('an import that is refused as a whole does nothing', () => {
  const problemOf = (body: string): unknown => JSON.parse(body);

  it.each(['?dryRun=yes', '?dryRun=', '?dryRun=true&dryRun=true', '?atomic=true'])('for %s', async (query) => {
    const { status, body } = await importFile(service.url, toLines([newLink()]), { query });
    expect({ status, problem: problemOf(body) }).toMatchObject({ status: 400, problem: { code: 'invalid_request' } });
  });

  it.each(['application/json', 'text/plain', 'application/ndjson', 'text/csv'])(
    'for the content type %s',
    async (type) => {
      const { status, body } = await importFile(service.url, '{}', { headers: { 'content-type': type } });
      expect({ status, problem: problemOf(body) }).toMatchObject({
        status: 415,
        problem: { code: 'unsupported_media_type' },
      });
    },
  );

  it('takes NDJSON with a charset, and on no other route', async () => {
    const headers = { 'content-type': `${NDJSON}; charset=utf-8` };
    expect((await importFile(service.url, '', { headers })).status).toBe(200);
    const { body } = await service.http
      .put(`${LINKS}/9876543210`)
      .set('content-type', NDJSON)
      .send('{"billingCustomerId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}')
      .expect(415);
    expect(body).toMatchObject({ code: 'unsupported_media_type' });
  });

  it('for more than 16 MiB and for more than 200,000 lines', async () => {
    const link = newLink();
    const padded = `${toLines([link])}${' '.repeat(1023)}\n`;
    for (const file of [padded.repeat(16_400), `${toLines([link])}${'\n'.repeat(200_001)}`]) {
      const { status, body } = await importFile(service.url, file);
      expect({ status, problem: problemOf(body) }).toMatchObject({ status: 413, problem: { code: 'body_too_large' } });
    }
    expect(await linkOf(link.customerId)).toBeUndefined();
  });

  it('for a body that ends before it is whole', async () => {
    const links = newLinks(300);
    const upload = request(`${service.url}${LINKS}/import`, {
      method: 'POST',
      headers: { 'content-type': NDJSON, 'content-length': '1000000' },
    });
    upload.on('error', () => undefined);
    upload.write(toLines(links));
    const seen = service.log.length;
    const arrived = once(service.app.getHttpServer(), 'request');
    await arrived;
    upload.destroy();
    await eventually('the request has ended', () =>
      service.log.slice(seen).some(({ event, route }) => event === 'caller_left' && String(route).endsWith('/import')),
    );
    expect(await linkOf(links[0]?.customerId ?? '')).toBeUndefined();
    expect(service.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('for a caller who leaves before its body is read; the next imports are not blocked', async () => {
    const answers = await startHeldAnswers(stage.redis.port);
    const own = await stage.service({ REDIS_URL: `redis://127.0.0.1:${answers.port}` });
    answers.hold();
    const upload = request(`${own.url}${LINKS}/import`, { method: 'POST', headers: { 'content-type': NDJSON } });
    upload.on('error', () => undefined);
    upload.write(toLines(newLinks(1)));
    const asked = once(own.app.getHttpServer(), 'request');
    await asked;
    await eventually('Redis is asked', () => answers.waiting());
    upload.destroy();
    await eventually('the caller has left', () => own.log.some(({ event }) => event === 'caller_left'));
    answers.pass();
    await eventually('there is room for two', async () => {
      const both = await Promise.all([importFile(own.url, ''), importFile(own.url, '')]);
      return both.every(({ status }) => status === 200);
    });
    await own.close();
    await answers.close();
  });

  it('of an unauthenticated caller, before its body is read', async () => {
    const guarded = await stage.service({ AUTH_MODE: 'api-key', API_KEYS: 'alice:key-of-alice-000001' });
    const upload = request(`${guarded.url}${LINKS}/import`, {
      method: 'POST',
      headers: { 'content-type': NDJSON, 'content-length': '1000000' },
    });
    upload.on('error', () => undefined);
    upload.write('{');
    const status = await new Promise((resolve) =>
      upload.once('response', (answer) => {
        resolve(answer.statusCode);
      }),
    );
    upload.destroy();
    expect(status).toBe(401);
  });
});

describe('an import whose caller leaves', () => {
  it('goes no further than the report was read; imported links stay, and the next import is not blocked', async () => {
    const links = newLinks(60_000);
    const left = new AbortController();
    const answer = await fetch(`${service.url}${LINKS}/import`, {
      method: 'POST',
      headers: { 'content-type': NDJSON },
      body: toLines(links),
      signal: left.signal,
    });
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('"outcome":"created"');
    left.abort();
    // Two may be under way: when two more can be, the one that was left has ended.
    await eventually('the import has ended', async () => {
      const answers = await Promise.all([importFile(service.url, ''), importFile(service.url, '')]);
      return answers.every(({ status }) => status === 200);
    });
    expect(await linkOf(links[0]?.customerId ?? '')).toBe(links[0]?.billingCustomerId);
    expect(await linkOf(links.at(-1)?.customerId ?? '')).toBeUndefined();
  });
});

describe('imports at once', () => {
  it('are two; a third gets 503 with Retry-After, and is served when one has ended', async () => {
    const uploads = [1, 2].map(() => {
      const upload = request(`${service.url}${LINKS}/import`, { method: 'POST', headers: { 'content-type': NDJSON } });
      upload.on('error', () => undefined);
      upload.write('\n');
      return upload;
    });
    const server = service.app.getHttpServer();
    await once(server, 'request');
    await once(server, 'request');
    await eventually('both are being read', async () => (await importFile(service.url, '')).status === 503);
    const { status, headers, body } = await importFile(service.url, '');
    expect({ status, problem: JSON.parse(body) }).toMatchObject({ status: 503, problem: { code: 'import_busy' } });
    expect(headers.get('retry-after')).toBe('5');
    for (const upload of uploads) upload.destroy();
    await eventually('there is room', async () => (await importFile(service.url, '')).status === 200);
  });
});

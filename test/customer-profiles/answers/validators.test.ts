import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { pass } from '../../support/passing-time.ts';
import type { Service } from '../../support/service.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair();
});

afterAll(() => stage.close());

async function etagOf(path: string): Promise<string> {
  const { headers } = await service.http.get(path).expect(200);
  return headers.etag ?? '';
}

function relink(customer: StagedCustomer, reference: string): void {
  const { customerId, billingCustomerId } = customer;
  stage.sandbox.customers.put({
    slug: `relinked-${customerId}`,
    about: 'The same customer, linked otherwise.',
    billingCustomerId,
    resource: { customerId },
    connectors: { stripe: linkedAs(reference) },
  });
}

describe('the ETag', () => {
  it('is weak, and the same for every read of the same content', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const etag = await etagOf(customer.path);
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
    expect(await etagOf(customer.path)).toBe(etag);
  });

  it('stays the same after a new fetch of the same content', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_2') });
    const etag = await etagOf(customer.path);
    await service.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
    expect(await etagOf(customer.path)).toBe(etag);
    await pass(4_000_000, service);
    expect(await etagOf(customer.path)).toBe(etag);
    expect(customer.calls()).toMatchObject({ reseller: 3, stripe: 3 });
  });

  it('changes with the content', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_3') });
    const etag = await etagOf(customer.path);
    relink(customer, 'cus_4');
    await pass(400_000, service);
    expect(await etagOf(customer.path)).not.toBe(etag);
  });

  it('differs when anything is shown differently', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_5') });
    const { path, unlinkedPath, billingCustomerId } = customer;
    const link = `billingCustomerId=${billingCustomerId}`;
    const etags = [
      await etagOf(path),
      await etagOf(`${path}&fields=name`),
      await etagOf(`${path}&fields=email`),
      await etagOf(`${path}&connectors=stripe`),
      await etagOf(`${unlinkedPath}/connectors?${link}`),
      await etagOf(`${unlinkedPath}/connectors/stripe?${link}`),
    ];
    expect(new Set(etags).size).toBe(etags.length);
  });

  it('is the same in another process', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_6') });
    const etag = await etagOf(customer.path);
    await pass(1, service, other);
    const { headers } = await other.http.get(customer.path).set('cache-control', 'no-cache').expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=request;/);
    expect(headers.etag).toBe(etag);
  });
});

describe('If-None-Match', () => {
  it.each([
    ['the tag', (tag: string) => tag],
    ['the tag in its strong form', (tag: string) => tag.replace('W/', '')],
    ['a list with the tag', (tag: string) => `"other", ${tag} , W/"another"`],
    ['a list with empty elements', (tag: string) => `, ,${tag},`],
    ['a list of tags that hold commas', (tag: string) => `"a,b", ${tag}`],
    ['anything', () => '*'],
  ])('that names %s: 304 with the headers of the answer, without a body', async (_title, header) => {
    const customer = stage.customer({ stripe: linkedAs('cus_7') });
    const first = await service.http.get(customer.path).expect(200);
    const tag = header(first.headers.etag ?? '');
    const { headers, text } = await service.http.get(customer.path).set('if-none-match', tag).expect(304);
    expect(text).toBe('');
    expect(headers).toMatchObject({
      etag: first.headers.etag,
      'cache-control': expect.stringMatching(/^private, max-age=\d+$/),
      age: '0',
      'cache-status': expect.stringMatching(/; hit; /),
      'profile-complete': '?1',
    });
    expect(headers).not.toHaveProperty('content-type');
    expect(Number(headers['content-length'] ?? 0)).toBe(0);
  });

  it.each([
    ['another tag', () => 'W/"other"'],
    ['the tag without quotes', (tag: string) => tag.replaceAll('"', '')],
    ['the tag with its last quote missing', (tag: string) => tag.slice(0, -1)],
    ['the tag with a lower-case w', (tag: string) => tag.replace('W/', 'w/')],
    ['the tag with something after it', (tag: string) => `${tag}x`],
    ['two tags without a comma', (tag: string) => `"other" ${tag}`],
    ['a star in a list', (tag: string) => `*, ${tag}`],
    ['nothing', () => ''],
  ])('that names %s: 200', async (_title, header) => {
    const customer = stage.customer({ stripe: linkedAs('cus_8') });
    const tag = await etagOf(customer.path);
    const { body } = await service.http.get(customer.path).set('if-none-match', header(tag)).expect(200);
    expect(body).toMatchObject({ customerId: customer.customerId });
  });

  it('of a tag that was right before: 200 with the current profile', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_9') });
    const tag = await etagOf(customer.path);
    relink(customer, 'cus_10');
    await pass(400_000, service);
    const { body } = await service.http.get(customer.path).set('if-none-match', tag).expect(200);
    expect(body.connectors[0]).toMatchObject({ referenceId: 'cus_10' });
  });

  it('stays 304 after a new fetch of the same content', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_11') });
    const tag = await etagOf(customer.path);
    await pass(4_000_000, service);
    const { headers } = await service.http.get(customer.path).set('if-none-match', tag).expect(304);
    expect(headers['cache-status']).toMatch(/; fwd=stale; fwd-status=200;/);
  });
});

describe('HEAD', () => {
  it.each(['', '/connectors', '/connectors/stripe'])('of …%s is like GET, without the body', async (route) => {
    const customer = stage.customer({ stripe: linkedAs('cus_12') });
    const path = `${customer.unlinkedPath}${route}?billingCustomerId=${customer.billingCustomerId}`;
    await service.http.get(path).expect(200);
    const [get, head] = [await fetch(service.url + path), await fetch(service.url + path, { method: 'HEAD' })];
    expect(head.status).toBe(200);
    const own = ['date', 'x-request-id', 'connection', 'keep-alive'];
    const headers = (answer: Response): object =>
      Object.fromEntries([...answer.headers].filter(([name]) => !own.includes(name)));
    expect(headers(head)).toEqual(headers(get));
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(await get.text())));
    expect(await head.text()).toBe('');
  });

  it('that names the tag is 304', async () => {
    const customer = stage.customer();
    const tag = await etagOf(customer.path);
    await service.http.head(customer.path).set('if-none-match', tag).expect(304);
  });
});

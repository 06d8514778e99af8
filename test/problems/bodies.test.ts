import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customer } from '../../sandbox/customers/customers.ts';
import { expectProblem, requestBytes, sendBytes } from '../http-server/raw.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const link = '/v1/customer-links/9876543210';
const { billingCustomerId } = customer('fully-linked');
const good = JSON.stringify({ billingCustomerId });
const badBodies = {
  'no JSON': 'zq7',
  'half of an object': '{"billingCustomerId": "zq7',
  'JSON with a comment': `/* zq7 */ ${good}`,
  'JSON after a byte order mark and a word': `\ufeffzq7 ${good}`,
  'two objects': `${good}${good}`,
  null: 'null',
  'a list': `[${good}]`,
  'a string': '"zq7"',
  'a number': '1e999',
  true: 'true',
  'an empty object': '{}',
  'an unknown member': `{"billingCustomerId": "${billingCustomerId}", "zq7": 1}`,
  'a null id': '{"billingCustomerId": null}',
  'a number as the id': '{"billingCustomerId": 1}',
  'a list as the id': `{"billingCustomerId": ["${billingCustomerId}"]}`,
  'an object as the id': '{"billingCustomerId": {"toString": "zq7"}}',
  'an id that is no UUID': '{"billingCustomerId": "zq7"}',
  'an id with a line break': `{"billingCustomerId": "${billingCustomerId}\\n"}`,
  'the nil UUID': '{"billingCustomerId": "00000000-0000-0000-0000-000000000000"}',
  'lists 10,000 deep': `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  'objects 3,000 deep as the id': `{"billingCustomerId":${'{"a":'.repeat(2500)}1${'}'.repeat(2500)}}`,
  '10,000 brackets never closed': '['.repeat(10_000),
  'a prototype': `{"billingCustomerId": "${billingCustomerId}", "__proto__": {"zq7": 1}}`,
  'nothing but a prototype': `{"__proto__": ${good}}`,
  'the prototype of a constructor': `{"billingCustomerId": "${billingCustomerId}", "constructor": {"prototype": {"zq7": 1}}}`,
  'a constructor': '{"constructor": "zq7"}',
};

let service: Service;
const put = (body: string, headers: Record<string, string> = {}): ReturnType<typeof sendBytes> =>
  sendBytes(service.url, requestBytes('PUT', link, { 'Content-Type': 'application/json', ...headers }, body));

beforeAll(async () => {
  service = await startService(sandboxVariables('http://127.0.0.1:9'));
});

afterAll(() => service.close());

describe('PUT /v1/customer-links/{customerId}', () => {
  it.each(Object.entries(badBodies))('refuses %s as a body', async (_case, body) => {
    expectProblem(await put(body), 'invalid_request');
  });

  it('refuses an empty body', async () => {
    expectProblem(await put('', { 'Content-Length': '0' }), 'invalid_request');
  });

  it('refuses a request without a body', async () => {
    expectProblem(await sendBytes(service.url, requestBytes('PUT', link)), 'invalid_request');
  });

  it('changes no prototype', async () => {
    await put(`{"__proto__": {"zq7": 1}, "constructor": {"prototype": {"zq7": 1}}}`);
    expect(Object.keys(Object.getPrototypeOf({}) as object)).toEqual([]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=zq7',
    'text/json',
    'zq7',
    '',
  ])('refuses a body of content type "%s"', async (type) => {
    expectProblem(await put(good, { 'Content-Type': type }), 'unsupported_media_type');
  });

  it('refuses a body over 32 KiB, by its announced and its real length', async () => {
    const large = JSON.stringify({ billingCustomerId: 'zq7'.repeat(12_000) });
    const chunked = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    expectProblem(await put(large), 'body_too_large');
    const headers = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
    expectProblem(await sendBytes(service.url, `${requestBytes('PUT', link, headers)}${chunked}`), 'body_too_large');
  });

  it('names a bad id and a bad body at once', async () => {
    const { body } = await sendBytes(
      service.url,
      requestBytes('PUT', '/v1/customer-links/zq7', { 'Content-Type': 'application/json' }, '{"zq7": 1}'),
    );
    expect(JSON.parse(body)).toMatchObject({
      errors: expect.arrayContaining([
        expect.objectContaining({ in: 'path', name: 'customerId' }),
        expect.objectContaining({ in: 'body', name: 'billingCustomerId' }),
        { in: 'body', detail: expect.stringContaining('billingCustomerId') },
      ]),
    });
  });

  it('reaches the link store with a good body in any charset', async () => {
    expectProblem(await put(good, { 'Content-Type': 'application/json; charset=utf-8' }), 'link_store_unavailable');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Session } from 'node:inspector/promises';
import { parse } from 'node:querystring';
import { Config } from '../../../src/config/config.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';
import { readProfileUrl, type UrlQuery } from '../../../src/customer-profiles/request/profile-url.ts';
import { urlMemo } from '../../../src/customer-profiles/request/url-memo.ts';
import { InputCheck } from '../../../src/problems/input-check.ts';
import { sandboxVariables } from '../../support/service.ts';

const URLS = 1000;
const FIELDS = ['account.externalReferenceId', 'address.addressLine1', 'connectors.quickbooks', 'name'];

const session = new Session();
const config = new Config(readEnv(sandboxVariables('http://127.0.0.1:9')));

beforeAll(() => {
  session.connect();
});

afterAll(() => {
  session.disconnect();
});

/** Bytes that live objects of this thread take. */
async function heapBytes(): Promise<number> {
  await session.post('HeapProfiler.collectGarbage');
  return process.memoryUsage().heapUsed;
}

const fields = (count: number): string =>
  Array.from({ length: count }, (_, at) => FIELDS[at % FIELDS.length] ?? '').join(',');
const encoded = (text: string): string =>
  text.replaceAll(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);

function remember(memo: Map<string, UrlQuery> | ReturnType<typeof urlMemo<UrlQuery>>, query: string): void {
  const check = new InputCheck();
  for (let at = 0; at < URLS; at += 1) {
    const customerId = `98${String(at).padStart(8, '0')}`;
    // As bytes, as a URL comes; a text that was put together shares its pieces.
    const url = Buffer.from(`/v1/customer-profiles/${customerId}?${query}`).toString('latin1');
    const sent = { ...parse(url.slice(url.indexOf('?') + 1)) };
    memo.set(url, readProfileUrl({ params: { customerId }, query: query === '' ? {} : sent }, config, check));
  }
  expect(check.issues).toEqual([]);
}

describe('remembered URLs are counted with no fewer bytes than they take (K2)', () => {
  it.each([
    ['no query', ''],
    ['one field', `fields=${fields(1)}`],
    ['a link', 'billingCustomerId=3fa85f64-5717-4562-b3fc-2c963f66afa6&budgetMs=500'],
    ['64 fields', `fields=${fields(64)}`],
    ['64 fields, percent-encoded', `fields=${encoded(fields(64))}`],
    ['every list', `fields=${fields(64)}&connectors=stripe,xero,netsuite,hubspot&require=reseller,billing`],
  ])('with %s', async (_title, query) => {
    remember(new Map(), query); // What is made once is not counted.
    const memo = urlMemo<UrlQuery>();
    const before = await heapBytes();
    remember(memo, query);
    const taken = (await heapBytes()) - before;
    expect(memo.size).toBeGreaterThan(500);
    expect(taken).toBeLessThanOrEqual(memo.calculatedSize);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CustomerProfileClient, type ExportLine } from '../../client/src/index.ts';
import { type Service } from '../support/service.ts';
import { allOf, clientAt } from './clients.ts';
import { scriptedServer } from './scripted-server.ts';
import { type ServedClient, startServedClient } from './served-client.ts';

const BILLING = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const OTHER = '5d0c1f6e-3a44-4b7b-9c11-000000000002';

let served: ServedClient;
let service: Service;
let client: CustomerProfileClient;

beforeAll(async () => {
  served = await startServedClient();
  ({ service, client } = served);
});

afterAll(() => served.close());

describe('one link', () => {
  it('is stored, read, changed and removed on conditions', async () => {
    const { etag, value } = await client.links.put('1000000001', BILLING, { ifNoneMatch: '*' });
    expect(value).toMatchObject({ customerId: '1000000001', billingCustomerId: BILLING });
    const ifMatch = etag ?? '';
    expect(await client.links.get('1000000001')).toMatchObject({ etag, notModified: false });
    expect(await client.links.get('1000000001')).toMatchObject({ etag, notModified: true, value });
    const changed = await client.links.put('1000000001', OTHER, { ifMatch });
    expect(changed.value.history).toMatchObject([{ billingCustomerId: BILLING }]);
    const refused = { code: 'precondition_failed', status: 412 };
    await expect(client.links.put('1000000001', BILLING, { ifMatch })).rejects.toMatchObject(refused);
    await expect(client.links.delete('1000000001', { ifMatch })).rejects.toMatchObject(refused);
    await client.links.delete('1000000001', { ifMatch: changed.etag ?? '' });
    await expect(client.links.get('1000000001')).rejects.toMatchObject({ code: 'link_not_found' });
  });
});

describe('many links', () => {
  const many = Array.from({ length: 7 }, (_, index) => ({
    customerId: `200000000${index}`,
    billingCustomerId: index === 6 ? OTHER : BILLING,
  }));
  const ids = many.map(({ customerId }) => customerId);

  beforeAll(async () => {
    const { summary, reports } = await client.links.import(many);
    expect(summary).toMatchObject({ created: 7, lines: 7, dryRun: false });
    expect(reports).toHaveLength(7);
  });

  it('are imported line by line; a dry run changes nothing', async () => {
    const lines = [{ customerId: 'no', billingCustomerId: BILLING }, ...many.slice(0, 1)];
    const { summary, reports } = await client.links.import(lines, { dryRun: true });
    expect(summary).toMatchObject({ refused: 1, unchanged: 1, dryRun: true });
    expect(reports).toMatchObject([
      { line: 1, outcome: 'refused' },
      { line: 2, outcome: 'unchanged' },
    ]);
  });

  it('are asked for no further than they are read', async () => {
    const server = await scriptedServer({
      status: 200,
      body: '{"links":[{"customerId":"2000000000"}],"nextCursor":"c"}',
    });
    const { links } = clientAt({ url: server.url, clock: service.clock });
    for await (const { customerId } of links.all()) {
      expect(customerId).toBe('2000000000');
      break;
    }
    expect(server.received.map(({ url }) => url)).toEqual(['/v1/customer-links']);
    await server.close();
  });

  it('come page by page', async () => {
    const pages = await allOf(client.links.pages({ limit: 3 }));
    expect(pages.map(({ links }) => links.length)).toEqual([3, 3, 1]);
    const links = await allOf(client.links.all({ limit: 2 }));
    expect(links.map(({ customerId }) => customerId)).toEqual(ids);
    const ofOther = await allOf(client.links.all({ billingCustomerId: OTHER }));
    expect(ofOther.map(({ customerId }) => customerId)).toEqual(ids.slice(6));
  });

  it('are exported, whole or from some customer on', async () => {
    const lines = await allOf<ExportLine>(client.links.export());
    expect(lines).toMatchObject(many);
    expect(await allOf(client.links.export({ after: ids[4] ?? '' }))).toMatchObject(many.slice(5));
  });

  it('that are not wanted any more are not read to the end', async () => {
    for await (const { customerId } of client.links.export()) {
      expect(customerId).toBe(ids[0]);
      break;
    }
  });
});

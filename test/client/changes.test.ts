import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type CustomerProfileClient } from '../../client/src/index.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { clientAt, stoppedClock } from './clients.ts';
import { type ServedClient, startServedClient } from './served-client.ts';

let served: ServedClient;
let service: Service;
let client: CustomerProfileClient;

beforeAll(async () => {
  served = await startServedClient();
  ({ service, client } = served);
});

afterAll(() => served.close());

async function link(customerId: string): Promise<void> {
  await client.links.put(customerId, randomUUID());
  await settled(service);
}

describe('a page of changes', () => {
  it('goes on from a cursor, by so many events at a time', async () => {
    const { cursor } = await client.changes.page({ from: 'newest' });
    for (const customerId of ['1000000001', '1000000002', '1000000003']) await link(customerId);
    const first = await client.changes.page({ cursor, limit: 2 });
    expect(first.changes.map(({ customerId }) => customerId)).toEqual(['1000000001', '1000000002']);
    expect(first.caughtUp).toBe(false);
    const second = await client.changes.page({ cursor: first.cursor });
    expect(second.changes.map(({ customerId }) => customerId)).toEqual(['1000000003']);
    expect(second.caughtUp).toBe(true);
  });

  it('has the events of one customer, or of one type, alone', async () => {
    const { cursor } = await client.changes.page({ from: 'newest' });
    for (const customerId of ['1000000004', '1000000005']) await link(customerId);
    const one = await client.changes.page({ cursor, customerId: '1000000005' });
    expect(one.changes.map(({ customerId }) => customerId)).toEqual(['1000000005']);
    const none = await client.changes.page({ cursor, type: ['erased'] });
    expect(none.changes).toEqual([]);
    expect((await client.changes.page({ cursor: none.cursor })).changes).toEqual([]);
  });

  it('waits for an event, for longer than other calls may take', async () => {
    const { cursor } = await client.changes.page({ from: 'newest' });
    const clock = stoppedClock();
    const page = clientAt({ url: service.url, clock }).changes.page({ cursor, waitSeconds: 20, timeoutMs: 1000 });
    await eventually('it waits', async () =>
      (await service.http.get('/metrics')).text.includes('customer_changes_waiting 1\n'),
    );
    clock.advance(15_000);
    await link('1000000006');
    expect((await page).changes.map(({ customerId }) => customerId)).toEqual(['1000000006']);
  });

  it('from a cursor that is none is refused', async () => {
    await expect(client.changes.page({ cursor: 'none' })).rejects.toMatchObject({ status: 400 });
  });
});

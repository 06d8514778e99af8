import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import type { Service } from '../support/service.ts';
import { importFile, LINKS, newLink, toLines } from './ndjson.ts';

const KEYS = { alice: 'key-of-alice-000001', bob: 'key-of-bob-00000001', carol: 'key-of-carol-000001' };

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  const keys = Object.entries(KEYS).map(([name, key]) => `${name}:${key}`);
  service = await stage.service({ AUTH_MODE: 'api-key', API_KEYS: keys.join(',') });
});

afterAll(() => stage.close());

const as = (name: keyof typeof KEYS): { 'x-api-key': string } => ({ 'x-api-key': KEYS[name] });

it('names the caller who stored each link, and the one who replaced or removed it', async () => {
  const { customerId } = newLink();
  const url = `${LINKS}/${customerId}`;
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  const { body: before } = await service.http.put(url).set(as('alice')).send({ billingCustomerId: first }).expect(201);
  expect(before).toMatchObject({ linkedBy: 'alice', history: [] });
  await service.http.put(url).set(as('bob')).send({ billingCustomerId: second }).expect(200);
  await service.http.delete(url).set(as('carol')).expect(204);
  const { body } = await service.http.put(url).set(as('alice')).send({ billingCustomerId: third }).expect(201);
  expect(body).toMatchObject({
    billingCustomerId: third,
    linkedBy: 'alice',
    history: [
      { billingCustomerId: second, linkedBy: 'bob', endedBy: 'carol' },
      { billingCustomerId: first, linkedBy: 'alice', endedBy: 'bob' },
    ],
  });
});

it('keeps the first caller when another one stores the same link', async () => {
  const { customerId, billingCustomerId } = newLink();
  const url = `${LINKS}/${customerId}`;
  await service.http.put(url).set(as('alice')).send({ billingCustomerId }).expect(201);
  const { body } = await service.http.put(url).set(as('bob')).send({ billingCustomerId }).expect(200);
  expect(body).toMatchObject({ linkedBy: 'alice', history: [] });
});

it('names the importing caller in each history', async () => {
  const link = newLink();
  await importFile(service.url, toLines([link]), { headers: as('alice') });
  await importFile(service.url, toLines([{ ...link, billingCustomerId: randomUUID() }]), { headers: as('bob') });
  const { body } = await service.http.get(`${LINKS}/${link.customerId}`).set(as('carol')).expect(200);
  expect(body).toMatchObject({ linkedBy: 'bob', history: [{ linkedBy: 'alice', endedBy: 'bob' }] });
});

it('reads a link that was stored before callers were kept', async () => {
  const { customerId, billingCustomerId } = newLink();
  const next = randomUUID();
  const url = `${LINKS}/${customerId}`;
  await service.http.put(url).set(as('alice')).send({ billingCustomerId: next }).expect(201);
  const [key = ''] = await stage.raw.keys(`customer-links:*${customerId}*`);
  const older = { billingCustomerId: next, linkedAt: '2025-01-01T00:00:00.000Z', endedAt: '2025-02-01T00:00:00.000Z' };
  await stage.raw.del(key);
  await stage.raw.hset(key, {
    billingCustomerId,
    linkedAt: '2025-02-01T00:00:00.000Z',
    history: JSON.stringify([older]),
  });
  const { body, headers } = await service.http.get(url).set(as('bob')).expect(200);
  expect(body).toMatchObject({ linkedBy: null, history: [{ linkedBy: null, endedBy: null }] });
  const put = service.http.put(url).set(as('bob')).set('if-match', String(headers.etag));
  const { body: after } = await put.send({ billingCustomerId: next }).expect(200);
  expect(after.history[0]).toMatchObject({ billingCustomerId, linkedBy: null, endedBy: 'bob' });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { linkKey } from '../../src/customer-links/link-store.ts';
import { Tombstones } from '../../src/tombstones/tombstones.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { settled } from '../support/passing-time.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { erase, ERASURE_VARIABLES, ERASURES, keysThatName } from './erasing.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair({ ...ERASURE_VARIABLES, LINK_RESOLVERS: 'link-store,request' });
});

afterAll(() => stage.close());

/** A customer with a link, an earlier link, and a profile that both processes have a copy of. */
async function known(): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs(`cus_${randomUUID()}`) });
  const { customerId, billingCustomerId } = customer;
  await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId: randomUUID() }).expect(201);
  await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(200);
  for (const one of [service, other]) {
    await one.http.get(customer.unlinkedPath).expect(200);
    await settled(one);
  }
  return customer;
}

describe('an erased customer', () => {
  it('is gone from Redis, but for the event that says so', async () => {
    const customer = await known();
    const { customerId, billingCustomerId } = customer;
    expect((await keysThatName(stage.raw, customerId)).length).toBeGreaterThan(4);
    const { status, body } = await erase([service, other], customer);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      customerId,
      status: 'completed',
      removed: { parts: 13, responses: 1, links: 1, linkHistory: 1, changes: 3 },
    });
    const { changes } = (await service.http.get('/v1/customer-profile-changes').query({ customerId }).expect(200))
      .body as {
      changes: { type: string }[];
    };
    expect(changes.map(({ type }) => type)).toStrictEqual(['erased']);
    expect(await keysThatName(stage.raw, customerId)).toStrictEqual([
      expect.stringMatching(/^customer-changes:\{[^:]*\}:events$/),
    ]);
    expect(await keysThatName(stage.raw, billingCustomerId, 'Ravensworth')).toStrictEqual([]);
  });

  it('is refused by every route of every process', async () => {
    const customer = await known();
    const { customerId, billingCustomerId, unlinkedPath } = customer;
    await erase([service, other], customer);
    const calls = customer.requests().length;
    for (const one of [service, other]) {
      for (const path of [
        unlinkedPath,
        customer.path,
        `${unlinkedPath}/connectors`,
        `${unlinkedPath}/connectors/stripe`,
        `${unlinkedPath}/explanation`,
        `/v1/customer-links/${customerId}`,
      ]) {
        const { body, status } = await one.http.get(path);
        expect([path, status, (body as { code: string }).code]).toStrictEqual([path, 410, 'customer_erased']);
      }
      const forced = await one.http.get(unlinkedPath).set('cache-control', 'no-cache');
      expect(forced.status).toBe(410);
      const batch = await one.http
        .post('/v1/customer-profiles/batch-get')
        .send({ customerIds: [customerId] })
        .expect(200);
      expect(batch.body).toMatchObject({
        results: [{ customerId, status: 410, problem: { code: 'customer_erased' } }],
      });
      const put = await one.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId });
      expect(put.status).toBe(410);
      await one.http.delete(`/v1/customer-links/${customerId}`).expect(410);
      await one.http.delete(`${unlinkedPath}/cache`).expect(204);
      const found = await one.http.get('/v1/customer-profiles').query({ billingCustomerId }).expect(200);
      expect(found.body).toStrictEqual({ customerIds: [] });
      const report = await one.http
        .post('/v1/customer-links/import')
        .set('content-type', 'application/x-ndjson')
        .send(`${JSON.stringify({ customerId, billingCustomerId })}\n`);
      expect(report.text).toContain('"outcome":"refused"');
      expect(report.text).not.toContain(customerId);
    }
    expect(customer.requests()).toHaveLength(calls);
    expect(await keysThatName(stage.raw, customerId)).toHaveLength(1);
  });

  it('can be an unknown one', async () => {
    const customer = stage.customer();
    const { body } = await erase([service, other], customer);
    expect(Object.values(body.removed)).toStrictEqual([0, 0, 0, 0, 0, 0]);
    await other.http.get(customer.path).expect(410);
  });

  it('is permitted again when the erasure is lifted, in every process', async () => {
    const customer = await known();
    const { customerId } = customer;
    await erase([service, other], customer);
    await other.http.delete(`${ERASURES}/${customerId}`).expect(204);
    await other.http.delete(`${ERASURES}/${customerId}`).expect(404);
    for (const one of [service, other]) await one.http.get(customer.path).expect(200);
    const { body } = await service.http.get(`${ERASURES}/${customerId}`).expect(200);
    expect(body).toMatchObject({ status: 'completed', tombstone: 'lifted', receipt: { customerId } });
    await settled(service);
    const again = await erase([other, service], customer);
    expect(again.body.removed.parts).toBeGreaterThan(0);
    await service.http.get(customer.path).expect(410);
  });
});

it('a customer can be erased in a full Redis, and the erasure lifted', async () => {
  const customer = await known();
  await stage.raw.config('SET', 'maxmemory-policy', 'noeviction');
  await stage.raw.config('SET', 'maxmemory', '1');
  try {
    const { status } = await erase([service, other], customer);
    expect(status).toBe(200);
    expect(await keysThatName(stage.raw, customer.customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
    await service.http.delete(`${ERASURES}/${customer.customerId}`).expect(204);
  } finally {
    await stage.raw.config('SET', 'maxmemory', '0');
  }
});

it('a customer whose link Redis has lost is listed nowhere after the erasure', async () => {
  const [customer, neighbour] = [await known(), await known()];
  await stage.raw.del(linkKey({ organisation: organisationAt(stage.sandbox.url).id, customerId: customer.customerId }));
  expect((await erase([service, other], customer)).body.removed).toMatchObject({ links: 0, linkHistory: 0 });
  expect(await keysThatName(stage.raw, customer.customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
  const found = service.http.get('/v1/customer-profiles').query({ billingCustomerId: neighbour.billingCustomerId });
  expect((await found.expect(200)).body).toMatchObject({ customerIds: [neighbour.customerId] });
});

it('nor is one that was met in a list after the loss, or was given another link since', async () => {
  const [listed, linkedAnew] = [await known(), await known()];
  const { id: organisation } = organisationAt(stage.sandbox.url);
  for (const { customerId } of [listed, linkedAnew]) await stage.raw.del(linkKey({ organisation, customerId }));
  await service.http.get('/v1/customer-links').expect(200);
  const billingCustomerId = randomUUID();
  await service.http.put(`/v1/customer-links/${linkedAnew.customerId}`).send({ billingCustomerId }).expect(201);
  for (const customer of [listed, linkedAnew]) {
    expect((await erase([service, other], customer)).status).toBe(200);
    expect(await keysThatName(stage.raw, customer.customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
  }
});

it('a customer can be erased whatever Redis has in place of its keys', async () => {
  const customer = await known();
  const { customerId } = customer;
  const key = { organisation: organisationAt(stage.sandbox.url).id, customerId };
  const tombstone = service.app.get(Tombstones, { strict: false }).keyOf(key) ?? '';
  const names = [
    ...(await keysThatName(stage.raw, customerId)),
    'customer-erasures:ends',
    'customer-erasures:processes',
  ];
  expect(names.length).toBeGreaterThan(10);
  for (const name of [...names, tombstone, `${tombstone}:open`]) {
    // A look-up by the notes alone finds the entries of other indexes.
    if (name.includes(':notes:')) continue;
    await stage.raw.del(name);
    await stage.raw.set(name, 'x');
  }
  expect((await erase([service, other], customer)).status).toBe(200);
  expect(await keysThatName(stage.raw, customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
  expect(await stage.raw.zscore('customer-erasures:ends', tombstone)).not.toBeNull();
  await service.http.delete(`${ERASURES}/${customerId}`).expect(204);
  await service.http.get(customer.path).expect(200);
  // Of what others need, this Redis has enough.
  await stage.raw.flushall();
});

describe('a receipt', () => {
  it('is verified with nothing but the published keys', async () => {
    const { body } = await erase([service, other], await known());
    const { signature, ...unsigned } = body;
    const keys = (await service.http.get('/.well-known/customer-erasure-keys.json').expect(200)).body as {
      keys: { kid: string }[];
    };
    expect(keys.keys.map(({ kid }) => kid)).toStrictEqual(['new', 'old']);
    const jwk = keys.keys.find(({ kid }) => kid === signature.keyId);
    // Canonical JSON of flat ASCII members is JSON with its members in order.
    const sorted = JSON.stringify(unsigned, (_key, value: unknown) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
    const key = createPublicKey({ key: jwk as never, format: 'jwk' });
    expect(verify(null, Buffer.from(sorted), key, Buffer.from(signature.value, 'base64url'))).toBe(true);
  });

  it('is the same one for the same request, and another one for another', async () => {
    const customer = await known();
    const requestId = randomUUID();
    const first = await erase([service, other], customer, { requestId });
    const same = await other.http.post(ERASURES).send({ customerId: customer.customerId, requestId }).expect(200);
    expect(same.body).toStrictEqual(first.body);
    const second = await erase([other, service], customer, { requestId: randomUUID() });
    expect(second.body.requestId).not.toBe(requestId);
    expect(second.body.removed.parts).toBe(0);
    const stillFirst = await other.http.post(ERASURES).send({ customerId: customer.customerId, requestId }).expect(200);
    expect(stillFirst.body).toStrictEqual(first.body);
    const { body } = await service.http.get(`${ERASURES}/${customer.customerId}`).expect(200);
    expect(body).toStrictEqual({
      customerId: customer.customerId,
      requestId: second.body.requestId,
      status: 'completed',
      tombstone: 'in_force',
      receipt: second.body,
    });
  });
});

it('a wrong request is refused with every issue', async () => {
  const { body } = await service.http
    .post(`${ERASURES}?x=1`)
    .send({ customerId: 'a/b', requestId: 'x', more: 1 })
    .expect(400);
  expect((body as { errors: { name?: string }[] }).errors.map(({ name }) => name)).toStrictEqual([
    undefined,
    'customerId',
    'requestId',
    undefined,
  ]);
  await service.http.get(`${ERASURES}/1234567890`).expect(404);
});

it('of one customer the receipts of the last 16 requests are kept, whatever their ids', async () => {
  const customer = stage.customer();
  // Their order as text is not the order in which they come.
  const requestIds = Array.from({ length: 18 }, (_none, at) => `${String((at * 7) % 18).padStart(8, '0')}-0000-4000-8000-000000000000`); // prettier-ignore
  for (const requestId of requestIds) expect((await erase([service, other], customer, { requestId })).status).toBe(200);
  const { id: organisation } = organisationAt(stage.sandbox.url);
  const tombstone = service.app.get(Tombstones, { strict: false }).keyOf({ ...customer, organisation });
  const fields = await stage.raw.hkeys(tombstone ?? '');
  const kept = fields.flatMap((field) => (field.startsWith('receipt:') ? [field.slice('receipt:'.length)] : []));
  expect(kept.sort()).toStrictEqual(requestIds.slice(2).sort());
});

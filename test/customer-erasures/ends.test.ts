import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { feedKeys } from '../../src/customer-changes/feed/change-keys.ts';
import { EndedErasures } from '../../src/customer-erasures/ended-erasures.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { settled } from '../support/passing-time.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { erase, ERASURE_VARIABLES, ERASURES, keysThatName, passInSteps, waitMsOf } from './erasing.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ ...ERASURE_VARIABLES, ERASURE_TOMBSTONE_DAYS: '2' });
});

afterAll(() => stage.close());

const sweep = (): Promise<void> => service.app.get(EndedErasures, { strict: false }).sweep();

/** Everything that ends with the tombstone ends now: two days of a second's look each would be long. */
async function end(by: Service): Promise<void> {
  const now = by.clock.now();
  for (const tombstone of await stage.raw.zrange('customer-erasures:ends', '0', '-1')) {
    await stage.raw.hset(tombstone, 'until', now);
    await stage.raw.zadd('customer-erasures:ends', now, tombstone);
  }
  const [, , , , , erasures] = feedKeys(organisationAt(stage.sandbox.url).id);
  for (const number of await stage.raw.zrangebyscore(erasures, 0, '(inf')) await stage.raw.zadd(erasures, now, number);
}

it('a tombstone ends after ERASURE_TOMBSTONE_DAYS, and no key of it has an expiry', async () => {
  const customer = stage.customer();
  const { body } = await erase([service], customer);
  expect(Date.parse(body.tombstoneUntil) - Date.parse(body.receivedAt)).toBe(2 * 86_400_000);
  expect(Date.parse(body.completeBy) - Date.parse(body.erasedAt)).toBe(24 * 3_600_000);
  const names = await stage.raw.keys('customer-erasures:*');
  expect(await Promise.all(names.map((name) => stage.raw.ttl(name)))).toStrictEqual(names.map(() => -1));
  await sweep();
  await service.http.get(customer.path).expect(410);

  await end(service);
  await service.http.get(customer.path).expect(200);
  const ended = await service.http.get(`${ERASURES}/${customer.customerId}`).expect(200);
  expect(ended.body).toMatchObject({ tombstone: 'ended', receipt: body });
  await service.http.delete(`${ERASURES}/${customer.customerId}`).expect(404);
});

it('a customer that is read after the end, and before the tombstone is removed, has an added event again', async () => {
  const customer = stage.customer();
  await erase([service], customer);
  await end(service);
  await service.http.get(customer.unlinkedPath).expect(200);
  await settled(service);
  const path = `/v1/customer-profile-changes?customerId=${customer.customerId}`;
  const { body } = await service.http.get(path).expect(200);
  expect(body).toMatchObject({ changes: [{ type: 'added' }] });
  await sweep();
  expect((await service.http.get(path).expect(200)).body).toMatchObject({ changes: [{ type: 'added' }] });
});

it('what has ended is removed a minute after the start and then once an hour, with the event', async () => {
  const own = await stage.service(ERASURE_VARIABLES);
  const isHour = (ms: number): boolean => ms === HOUR_MS;
  const isMinute = (ms: number): boolean => ms === MINUTE_MS;
  const passed = async (ms: number, moreMs: number): Promise<void> => {
    await passInSteps(ms - 1, [own]);
    expect(await keysThatName(stage.raw, customer.customerId)).not.toStrictEqual([]);
    await passInSteps(moreMs, [own]);
    await own.clock.whenSet(isHour);
    expect(await keysThatName(stage.raw, customer.customerId)).toStrictEqual([]);
    expect(await stage.raw.keys('customer-erasures:*')).toStrictEqual(['customer-erasures:processes']);
    await own.http.get(`${ERASURES}/${customer.customerId}`).expect(404);
  };
  let customer = stage.customer();
  await erase([own], customer);
  await end(own);
  expect(own.clock.isSet(isHour)).toBe(false);
  // The clock ran for a moment after the first sweep was planned; Redis is also audited after a minute.
  await passed(own.clock.leftMs(isMinute), 1000);

  customer = stage.customer();
  await erase([own], customer);
  await end(own);
  await passed(HOUR_MS - waitMsOf(), 1);
});

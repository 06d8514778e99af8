import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ChangeFeed } from '../../src/customer-changes/feed/change-feed.ts';
import { feedKeys, marksKey } from '../../src/customer-changes/feed/change-keys.ts';
import { ChangeRecorder } from '../../src/customer-changes/feed/change-recorder.ts';
import { keysThatName } from '../customer-erasures/erasing.ts';
import { metric, openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass, settled } from '../support/passing-time.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { type EventStream, openStream } from './event-stream.ts';

const CHANGES = '/v1/customer-profile-changes';

interface Page {
  readonly changes: readonly { readonly id: string; readonly type: string; readonly customerId: string | null }[];
  readonly cursor: string;
  readonly caughtUp: boolean;
}

let stage: Stage;
let service: Service;
let other: Service;
let organisation: string;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair({ CHANGES_KEPT: '50' });
  organisation = organisationAt(stage.sandbox.url).id;
});

afterAll(() => stage.close());

const page = async (query = '', asked = service): Promise<Page> =>
  (await asked.http.get(`${CHANGES}${query}`).expect(200)).body as Page;
const newest = async (): Promise<string> => (await page('?from=newest')).cursor;
/** Changes the link of so many new customers. @returns them */
async function change(count: number, by = service): Promise<readonly string[]> {
  const customers = Array.from({ length: count }, () => stage.customer().customerId);
  for (const customerId of customers)
    await by.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId: randomUUID() });
  return customers;
}
const customersOf = ({ changes }: Page): readonly (string | null)[] => changes.map(({ customerId }) => customerId);
const feedOf = ({ app }: Service): ChangeFeed => app.get(ChangeFeed, { strict: false });
const feedKeysThatName = async (customerId = ''): Promise<readonly string[]> =>
  (await keysThatName(stage.raw, customerId)).filter((key) => feedKeys(organisation).some((one) => one === key));
/** What a process leaves behind that has died before it appended a change. */
const leaveMarks = (customerId: string): Promise<number> => {
  const event = JSON.stringify({ billingCustomerId: null, etag: 'W/"x"', at: new Date(0).toISOString() });
  const marks = { digest: 'd', summary: '', revision: 7, changed: 7, from: '', event };
  return stage.raw.hset(marksKey({ organisation, customerId }), marks);
};
/** So often another process looks for what was left. */
const passSweeps = async (count: number): Promise<void> => {
  for (let step = 0; step < count; step += 1) {
    await pass(3000, other);
    await settled(other);
  }
};
const waiting = async (asked: Service, count: number): Promise<void> =>
  eventually(`${count} wait`, async () =>
    (await asked.http.get('/metrics')).text.includes(`customer_changes_waiting ${count}\n`),
  );

describe('a cursor', () => {
  it('continues after each event and each page, in any process', async () => {
    const begin = await newest();
    const customers = await change(5);
    const first = await page(`?cursor=${begin}&limit=2`, other);
    const second = await page(`?cursor=${first.cursor}`);
    expect([first.caughtUp, second.caughtUp]).toStrictEqual([false, true]);
    expect([...customersOf(first), ...customersOf(second)]).toStrictEqual(customers);
    expect(customersOf(await page(`?cursor=${first.changes[0]?.id}`))).toStrictEqual(customers.slice(1));
    expect((await page(`?cursor=${second.cursor}`)).changes).toStrictEqual([]);
  });

  it('moves on when nothing passes the filters', async () => {
    const begin = await newest();
    const [customerId] = await change(3);
    const none = await page(`?cursor=${begin}&type=erased`);
    expect(none).toMatchObject({ changes: [], caughtUp: true });
    expect(none.cursor).toBe(await newest());
    expect(customersOf(await page(`?cursor=${begin}&customerId=${customerId}&source=billing,stripe`))).toStrictEqual([
      customerId,
    ]);
    expect((await page(`?cursor=${begin}&source=stripe`)).changes).toStrictEqual([]);
  });

  it('wins from the header Last-Event-ID', async () => {
    const begin = await newest();
    await change(1);
    const { body } = await service.http.get(`${CHANGES}?cursor=${begin}`).set('last-event-id', await newest());
    expect((body as Page).changes).toStrictEqual([]);
  });

  it('that is none is a 400, and every other issue is named, too', async () => {
    const { body } = await service.http.get(`${CHANGES}?cursor=x&waitSeconds=26&type=no&limit=0&from=now`).expect(400);
    const { errors } = body as { readonly errors: readonly { readonly name: string }[] };
    expect(errors.map(({ name }) => name).sort()).toStrictEqual(['cursor', 'from', 'limit', 'type', 'waitSeconds']);
  });

  it('older than the kept events gets 410, and beginAt leads to the oldest', async () => {
    const begin = await newest();
    const customers = await change(60);
    const { body } = await service.http.get(`${CHANGES}?cursor=${begin}`).expect(410);
    const { beginAt, code } = body as { readonly beginAt: string; readonly code: string };
    expect(code).toBe('changes_gone');
    expect(customersOf(await page(`?cursor=${beginAt}`))).toStrictEqual(customers.slice(10));
    expect(customersOf(await page())).toStrictEqual(customers.slice(10));
  });

  it('of events that were erased is not gone', async () => {
    const customers = await change(3);
    const cursor = await newest();
    for (const customerId of customers) await feedOf(service).remove({ organisation, customerId });
    expect((await page(`?cursor=${cursor}`)).changes).toStrictEqual([]);
    expect(await feedKeysThatName(customers[0])).toStrictEqual([]);
  });

  it('is gone after a FLUSHALL', async () => {
    await change(1);
    const cursor = await newest();
    await stage.raw.flushall();
    await service.http.get(`${CHANGES}?cursor=${cursor}`).expect(410);
    await change(1);
    await service.http.get(`${CHANGES}?cursor=${cursor}`).expect(410);
  });

  it('is gone when Redis has lost events that any process has seen, also when there are others instead', async () => {
    const [feed, events, customers] = feedKeys(organisation);
    await change(2);
    const before = await newest();
    await change(1);
    // As after a failover: the last event is lost, and another one may have its number.
    const [last] = await stage.raw.zrevrange(events, 0, 0);
    const [number] = String(last).split(':');
    const entry = (await stage.raw.zrange(customers, '0', '-1')).find((one) => one.endsWith(`:${number}`));
    await stage.raw.zrem(events, String(last));
    await stage.raw.zrem(customers, String(entry));
    await stage.raw.hincrby(feed, 'sequence', -1);
    await change(1);
    await service.http.get(`${CHANGES}?cursor=${before}`).expect(410);
  });

  it('is gone when Redis has lost what came last, an erasure, and a process that knows nothing of it appends another event', async () => {
    const [feed] = feedKeys(organisation);
    const [erased = ''] = await change(1);
    await feedOf(service).remove({ organisation, customerId: erased });
    const before = await newest();
    expect((await page(`?cursor=${before}`)).changes).toStrictEqual([]);
    // As after a restore: the number of the event that was removed is given to another one.
    await stage.raw.hincrby(feed, 'sequence', -1);
    const restarted = await stage.service({ CHANGES_KEPT: '50' });
    await change(1, restarted);
    await restarted.http.get(`${CHANGES}?cursor=${before}`).expect(410);
    await other.http.get(`${CHANGES}?cursor=${before}`).expect(410);
  });

  const lost = [
    { what: 'the events', at: 1 },
    { what: 'the index of their customers', at: 2 },
    { what: 'the customers of whom a change may have been left unsaid', at: 4 },
    { what: 'the ends of the events erased', at: 5 },
  ] as const;
  it.each(lost)(
    'is gone when Redis has evicted $what, and an erasure leaves no event of its customer',
    async ({ at }) => {
      const [customerId = ''] = await change(3);
      const cursor = await newest();
      await stage.raw.del(feedKeys(organisation)[at]);
      await feedOf(service).remove({ organisation, customerId });
      expect(await feedKeysThatName(customerId)).toStrictEqual([]);
      await service.http.get(`${CHANGES}?cursor=${cursor}`).expect(410);
      const after = await newest();
      const [next] = await change(1);
      expect(customersOf(await page(`?cursor=${after}`))).toStrictEqual([next]);
    },
  );
});

describe('a feed of which a key holds something else', () => {
  it.each([0, 1, 2, 3, 4, 5] as const)('goes on, and forgets an erased customer, at key %i', async (at) => {
    const [customerId = ''] = await change(2);
    const key = feedKeys(organisation)[at];
    for (const isText of [true, false]) {
      await stage.raw.del(key);
      await (isText ? stage.raw.set(key, 'x') : stage.raw.rpush(key, 'x'));
      const after = await newest();
      const [next = ''] = await change(1);
      expect(customersOf(await page(`?cursor=${after}`))).toStrictEqual([next]);
      const until = service.clock.now() + 86_400_000;
      await feedOf(service).erase({ organisation, customerId }, until);
      expect((await page(`?cursor=${after}`)).changes.at(-1)).toMatchObject({ type: 'erased', customerId });
      await feedOf(service).remove({ organisation, customerId });
      expect(await feedKeysThatName(customerId)).toStrictEqual([]);
    }
  });
});

describe('a consumer that waits', () => {
  it('is answered when another process appends, and then with that event alone', async () => {
    const cursor = await newest();
    const answer = service.http.get(`${CHANGES}?cursor=${cursor}&waitSeconds=25`).then(({ body }) => body as Page);
    await waiting(service, 1);
    const [customerId] = await change(1, other);
    expect(customersOf(await answer)).toStrictEqual([customerId]);
  });

  it('is answered at the end of its time', async () => {
    const cursor = await newest();
    const answer = service.http.get(`${CHANGES}?cursor=${cursor}&waitSeconds=25`).then(({ body }) => body as Page);
    await waiting(service, 1);
    await pass(25_000, service);
    expect(await answer).toStrictEqual({ changes: [], cursor, caughtUp: true });
  });
});

describe('a stream', () => {
  const opened: EventStream[] = [];
  const open = async (query: string, headers = {}, asked = service): Promise<EventStream> => {
    const stream = await openStream(`${asked.url}${CHANGES}${query}`, headers);
    opened.push(stream);
    return stream;
  };
  afterAll(() => {
    for (const stream of opened) stream.leave();
  });

  it('has the events of the long poll, each with its id, and resumes after Last-Event-ID', async () => {
    const cursor = await newest();
    const customers = await change(2);
    const stream = await open(`?cursor=${cursor}`);
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    await stream.until('change', 2);
    const polled = await page(`?cursor=${cursor}`);
    expect(stream.of('change').map(({ data }) => data)).toStrictEqual(polled.changes);
    const resumed = await open('', { 'last-event-id': stream.of('change')[0]?.id });
    await resumed.until('change', 1);
    expect(resumed.of('change')[0]?.data).toMatchObject({ customerId: customers[1] });
    const [third] = await change(1, other);
    await resumed.until('change', 2);
    expect(resumed.of('change')[1]?.data).toMatchObject({ customerId: third });
  });

  it('has a bookmark every 15 s that moves on with what others get', async () => {
    const stream = await open(`?cursor=${await newest()}&type=erased`);
    await stream.until('bookmark', 1);
    await waiting(service, 1 + opened.length - 1);
    await change(1);
    const cursor = await newest();
    await pass(15_000, service);
    await stream.until('bookmark', 2);
    expect(stream.of('bookmark').at(-1)?.data).toStrictEqual({ cursor, caughtUp: true });
  });

  it('with a bad cursor is an ordinary 410', async () => {
    const cursor = await newest();
    await stage.raw.flushall();
    const { status, headers } = await service.http
      .get(`${CHANGES}?cursor=${cursor}`)
      .set('accept', 'text/event-stream');
    expect([status, headers['content-type']]).toStrictEqual([410, 'application/problem+json; charset=utf-8']);
  });
});

describe('an event that a process has not appended before it died', () => {
  it('is appended by another one after 5 s, once', async () => {
    const cursor = await newest();
    const { customerId } = stage.customer();
    const notedAt = service.clock.now();
    const [, , , , pending] = feedKeys(organisation);
    await stage.raw.zadd(pending, notedAt, customerId);
    await leaveMarks(customerId);
    await pass(4000, service);
    await settled(service);
    expect((await page(`?cursor=${cursor}`)).changes).toStrictEqual([]);
    await pass(4000, service, other);
    await eventually('it is appended', async () => (await page(`?cursor=${cursor}`)).changes.length > 0);
    await pass(10_000, service, other);
    await Promise.all([settled(service), settled(other)]);
    expect(customersOf(await page(`?cursor=${cursor}`))).toStrictEqual([customerId]);
    expect(await stage.raw.zscore(pending, customerId)).toBeNull();
    expect(await stage.raw.hexists(marksKey({ organisation, customerId }), 'changed')).toBe(0);
  });
});

describe('a customer that a process was about to mark when it died', () => {
  it('is found although another process noted it later, and has changed nothing', async () => {
    const { customerId } = stage.customer();
    const cursor = await newest();
    const recorder = other.app.get(ChangeRecorder, { strict: false });
    await feedOf(service).note({ organisation, customerId });
    const noted = recorder.note({ organisation, customerId });
    await recorder.record({ organisation, customerId }, null, noted);
    await leaveMarks(customerId);
    await passSweeps(3);
    expect(customersOf(await page(`?cursor=${cursor}`))).toStrictEqual([customerId]);
  });

  it('is found after a thousand others whose marks never came', async () => {
    const { customerId } = stage.customer();
    const cursor = await newest();
    const [, , , , pending] = feedKeys(organisation);
    const now = service.clock.now();
    const others = Array.from({ length: 1100 }, (_none, at) => [now + at / 1000, `other-${at}`]);
    await stage.raw.zadd(pending, ...others.flat(), now + 2, customerId);
    await leaveMarks(customerId);
    await passSweeps(4);
    expect(customersOf(await page(`?cursor=${cursor}`))).toStrictEqual([customerId]);
    await stage.raw.zrem(pending, ...others.map(([, name]) => String(name)));
  });

  it('is found after one whose marks cannot be read', async () => {
    const { customerId } = stage.customer();
    const cursor = await newest();
    const [, , , , pending] = feedKeys(organisation);
    const now = service.clock.now();
    await stage.raw.zadd(pending, now, 'unreadable', now + 1, customerId);
    await leaveMarks(customerId);
    const readable = [`customer-changes:{${organisation}}*`, `*${customerId}*`, 'customer-profiles*'];
    await stage.raw.acl('SETUSER', 'default', 'resetkeys', ...readable.map((key) => `~${key}`));
    await passSweeps(3);
    await stage.raw.acl('SETUSER', 'default', 'allkeys');
    expect(customersOf(await page(`?cursor=${cursor}`))).toStrictEqual([customerId]);
    await stage.raw.zrem(pending, 'unreadable');
  });

  it('is found although it was noted in the future, as when the clock of Redis was set back', async () => {
    const { customerId } = stage.customer();
    const cursor = await newest();
    const [, , , , pending] = feedKeys(organisation);
    await stage.raw.zadd(pending, service.clock.now() + 7_200_000, customerId);
    await leaveMarks(customerId);
    await passSweeps(3);
    expect(customersOf(await page(`?cursor=${cursor}`))).toStrictEqual([customerId]);
    expect(await stage.raw.zscore(pending, customerId)).toBeNull();
  });
});

describe('a change that nothing in Redis says was left', () => {
  it('is appended by the next refresh of the customer, also of equal content', async () => {
    const { customerId, unlinkedPath } = stage.customer();
    await service.http.get(unlinkedPath).expect(200);
    await settled(service);
    const cursor = await newest();
    const marks = { revision: Number.MAX_SAFE_INTEGER, changed: Number.MAX_SAFE_INTEGER, from: '', event: '{}' };
    await stage.raw.hset(marksKey({ organisation, customerId }), marks);
    await service.http.get(unlinkedPath).set('cache-control', 'no-cache').expect(200);
    await settled(service);
    expect(customersOf(await page(`?cursor=${cursor}`))).toStrictEqual([customerId]);
    expect(await stage.raw.hexists(marksKey({ organisation, customerId }), 'changed')).toBe(0);
  });

  it('is appended by the process that could neither note nor append it', async () => {
    const { customerId } = stage.customer();
    const cursor = await newest();
    const others = ['customer-profiles*', 'customer-links*', `customer-changes:{${organisation}:*`, 'customer-i*'];
    await stage.raw.acl('SETUSER', 'default', 'resetkeys', ...others.map((key) => `~${key}`));
    await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId: randomUUID() }).expect(201);
    await settled(service);
    await stage.raw.acl('SETUSER', 'default', 'allkeys');
    await pass(3000, service);
    await settled(service);
    expect(customersOf(await page(`?cursor=${cursor}`))).toStrictEqual([customerId]);
  });

  it('is counted when the process cannot remember more customers, and the remembered ones have events', async () => {
    const [first = '', ...more] = Array.from({ length: 10_002 }, (_none, at) => `left-${at}`);
    const cursor = await newest();
    const recorder = other.app.get(ChangeRecorder, { strict: false });
    const deferred = await metric(other, 'customer_changes_deferred_total');
    for (const customerId of [first, ...more, first])
      recorder.failed({ organisation, customerId }, { entry: Promise.resolve(null) });
    await recorder.settled();
    expect(await metric(other, 'customer_changes_deferred_total')).toBe(deferred + 2);
    await leaveMarks(first);
    await passSweeps(3);
    expect(customersOf(await page(`?cursor=${cursor}`))).toStrictEqual([first]);
  });

  it('of a customer that the reseller no longer knows is found by another process', async () => {
    const { customerId, unlinkedPath } = stage.customer();
    await service.http.get(unlinkedPath).expect(200);
    await settled(service);
    const cursor = await newest();
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    // What appends needs this command, and what notes does not: as if the process died between.
    await stage.raw.acl('SETUSER', 'default', '-zscore');
    await service.http.get(unlinkedPath).set('cache-control', 'no-cache').expect(404);
    await settled(service);
    await stage.raw.acl('SETUSER', 'default', '+@all');
    stage.sandbox.faults.clear();
    await passSweeps(4);
    const { changes } = await page(`?cursor=${cursor}`);
    expect(changes).toMatchObject([{ type: 'removed', customerId }]);
  });
});

describe('an erased customer', () => {
  it('has one event, and what another process was about to append comes too late', async () => {
    const cursor = await newest();
    const [customerId = ''] = await change(1);
    const customer = { organisation, customerId };
    const late = {
      type: 'changed',
      customerId,
      billingCustomerId: null,
      fields: [],
      sources: [],
      etag: null,
      at: '',
    } as const;
    expect(await feedOf(service).erase(customer, Number.MAX_SAFE_INTEGER)).toBe(1);
    await feedOf(service).erase(customer, Number.MAX_SAFE_INTEGER);
    expect(await feedOf(other).append(customer, [{ revision: Number.MAX_SAFE_INTEGER, change: late }], null)).toBe(0);
    expect((await page(`?cursor=${cursor}`)).changes.map(({ type }) => type)).toStrictEqual(['erased']);
    await feedOf(service).remove(customer);
    expect((await page(`?cursor=${cursor}`)).changes).toStrictEqual([]);
    expect(await feedOf(other).append(customer, [{ revision: 1, change: late }], null)).toBe(1);
  });
});

it('a changed policy is one event for every customer', async () => {
  await feedOf(service).appendPolicy(organisation, 'one');
  const cursor = await newest();
  await feedOf(service).appendPolicy(organisation, 'one');
  await Promise.all([service, other].map((one) => feedOf(one).appendPolicy(organisation, 'two')));
  const { changes } = await page(`?cursor=${cursor}&customerId=9876543210`);
  expect(changes).toMatchObject([{ type: 'policy_changed', customerId: null }]);
});

it('without Redis the feed says that it cannot be read', async () => {
  const { startService, sandboxVariables } = await import('../support/service.ts');
  const alone = await startService(sandboxVariables(stage.sandbox.url));
  const { body } = await alone.http.get(CHANGES).expect(503);
  expect((body as { readonly code: string }).code).toBe('changes_unavailable');
  await alone.close();
});

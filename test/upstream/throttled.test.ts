import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { advanceRedis } from '../support/redis-time.ts';
import { organisationAt, type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import {
  linkedCustomer,
  passDuringFetches,
  PATIENT_REDIS,
  resellerOnly,
  roundTrip,
  sourceOf,
  timedRead,
} from './reading.ts';

/** The `Retry-After` of the upstream, inside B. So long that Redis, which keeps real time, does not expire it. */
const RETRY_AFTER_MS = 20_000;
/** So long a process goes by Redis's answer that there is no cooldown. */
const NONE_HOLDS_MS = 50;

const VARIABLES = { ...PATIENT_REDIS, REQUEST_BUDGET_MS: '40000', CACHE_FRESH_SECONDS: '60' };

let stack: Stack;
let raw: Redis;
let service: Service;
let other: Service;

beforeAll(async () => {
  stack = await startStack();
  raw = rawRedis(stack.redis.url);
});

afterEach(() => {
  stack.sandbox.faults.clear();
});

afterAll(async () => {
  raw.disconnect();
  await stack.close();
});

const cooldownKey = (): string => `upstream-cooldown:{reseller:${organisationAt(stack.sandbox.url).resellerClient}}`;
const warm = async (one: Service): Promise<unknown> => one.http.get(resellerOnly(stack, 1)[0] ?? '').expect(200);

const throttle = (source: 'reseller' | 'xero', retryAfter: string | null, times?: number): void => {
  const headers = retryAfter === null ? {} : { 'Retry-After': retryAfter };
  stack.sandbox.faults.set(source, { kind: 'status', status: 429, headers, ...(times ? { times } : {}) });
};

/** Resolves when the cooldown is in Redis and the other process asks again, as its last answer was that there was none. */
async function cooldownShared(): Promise<void> {
  await eventually('it is in Redis', async () => (await raw.exists(cooldownKey())) === 1);
  other.clock.advance(NONE_HOLDS_MS);
}

/** So much time passes for the service and for Redis. */
async function passEverywhere(ms: number): Promise<void> {
  await advanceRedis(raw, ms);
  await passDuringFetches(service, ms);
}

describe('429 with an implausible `Retry-After` (F10)', () => {
  // No cooldown begins, so these share a service.
  beforeAll(async () => {
    await raw.flushall();
    service = await stack.start(VARIABLES);
    await warm(service);
    stack.sandbox.traffic.reset();
  });

  afterEach(async () => {
    await quietAgain(service);
    stack.sandbox.traffic.reset();
  });

  afterAll(() => service.close());

  it.each([null, '-5', 'soon', '31536000', '1.5', '', '99999999999999999999', 'Fri, 99 Foo 2099 00:00:00 GMT'])(
    '%j is treated as unknown: `throttled` at once, no retry, the next call is made',
    async (retryAfter) => {
      throttle('reseller', retryAfter, 1);
      const [first = '', second = ''] = resellerOnly(stack, 2);
      const { answer, elapsedMs } = await timedRead(service, first);
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ state: 'throttled' });
      expect(elapsedMs).toBe(0);
      await service.http.get(second).expect(200);
      expect(stack.asked('reseller')).toHaveLength(2);
    },
  );
});

describe('two processes', () => {
  beforeEach(async () => {
    // The cooldown of one test holds for all services that share the Redis.
    await raw.flushall();
    [service, other] = await Promise.all([stack.start(VARIABLES), stack.start(VARIABLES)]);
    await Promise.all([warm(service), warm(other)]);
    stack.sandbox.traffic.reset();
  });

  afterEach(() => Promise.all([service.close(), other.close()]));

  describe('429 with `Retry-After: 20` inside B (F8)', () => {
    it('waits, then retries with new ids: 200', async () => {
      throttle('reseller', '20', 1);
      const [path = ''] = resellerOnly(stack, 1);
      const read = timedRead(service, path);
      await service.clock.whenSet((ms) => ms >= RETRY_AFTER_MS && ms < RETRY_AFTER_MS + 100);
      await cooldownShared();
      await passEverywhere(RETRY_AFTER_MS - 1);
      await roundTrip(service);
      expect(stack.asked('reseller')).toHaveLength(1);
      await passEverywhere(101);
      expect((await read).answer.status).toBe(200);
      const calls = stack.asked('reseller');
      expect(calls.map(({ status }) => status)).toStrictEqual([429, 200]);
      expect(new Set(calls.flatMap(({ correlationId, requestId }) => [correlationId, requestId])).size).toBe(4);
      expect(stack.sandbox.traffic.counts.replays).toBe(0);
    });

    it('holds for all callers: a call in the meantime also waits, and none is refused', async () => {
      throttle('reseller', '20', 1);
      const [first = '', ...paths] = resellerOnly(stack, 6);
      const reads = [timedRead(service, first)];
      await cooldownShared();
      reads.push(...paths.map((path) => timedRead(service, path)));
      await service.clock.whenSet((ms) => ms >= RETRY_AFTER_MS && ms < RETRY_AFTER_MS + 100, 1 + 5);
      await passEverywhere(RETRY_AFTER_MS - 1);
      await roundTrip(service);
      expect(stack.asked('reseller')).toHaveLength(1);
      await passEverywhere(101);
      for (const { answer } of await Promise.all(reads)) expect(answer.status).toBe(200);
      expect(stack.sandbox.traffic.counts.byStatus).toMatchObject({ 429: 1, 200: 6 });
    });
  });

  describe.each([
    ['`Retry-After: 120`', () => '120'],
    ['a date two minutes from now', (now: number) => new Date(now + 120_000).toUTCString()],
  ])('429 with %s (F9)', (_title, retryAfter) => {
    it('no wait: 503 `throttled` with Retry-After, and no further call, from another process either', async () => {
      throttle('reseller', retryAfter(service.clock.timeOfDay()));
      const [first = '', second = '', third = ''] = resellerOnly(stack, 3);
      const { answer, elapsedMs } = await timedRead(service, first);
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ code: 'source_unavailable', state: 'throttled', source: 'reseller' });
      expect(answer.headers['retry-after']).toBe('120');
      expect(elapsedMs).toBe(0);
      await cooldownShared();
      stack.sandbox.faults.clear();
      expect((await service.http.get(second).expect(503)).headers['retry-after']).toBe('120');
      const { headers } = await other.http.get(third).expect(503);
      // Redis computed it, and its time is real.
      expect(Number(headers['retry-after'])).toBeGreaterThan(40);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(120);
      expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
    });

    it('from a connector: partial `throttled`, the reseller is still called, the stale part is served', async () => {
      const cached = linkedCustomer(stack);
      await service.http.get(cached.path).expect(200);
      throttle('xero', retryAfter(service.clock.timeOfDay()));
      const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
      expect(sourceOf(body, 'xero')).toMatchObject({ state: 'throttled', stale: false });
      expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok' });
      await settled(service);
      await passEverywhere(70_000);
      stack.sandbox.traffic.reset();
      const stale = await service.http.get(cached.path).expect(200);
      expect(stale.body.complete).toBe(true);
      expect(sourceOf(stale.body, 'xero')).toMatchObject({ state: 'linked', stale: true });
      expect(stack.asked('xero')).toHaveLength(0);
    });
  });

  describe('a 503 with `Retry-After: 120`', () => {
    it('is obeyed like a 429', async () => {
      stack.sandbox.faults.set('reseller', { kind: 'status', status: 503, headers: { 'Retry-After': '120' } });
      const [first = '', second = ''] = resellerOnly(stack, 2);
      await service.http.get(first).expect(502);
      stack.sandbox.faults.clear();
      await cooldownShared();
      await other.http.get(second).expect(503);
      expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
    });
  });
});

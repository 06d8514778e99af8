import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { Deadline } from '../../src/resilience/deadline.ts';
import { CallWait } from '../../src/upstream/call-context.ts';
import { CallPipeline } from '../../src/upstream/call-pipeline.ts';
import { Cooldowns } from '../../src/upstream/cooldowns.ts';
import { NOBODY } from '../../src/upstream/quota/quota-user.ts';
import { type UpstreamCall } from '../../src/upstream/upstream-call.ts';
import { UpstreamPolicies } from '../../src/upstream/upstream-policies.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { type Service } from '../support/service.ts';
import { linkedCustomer, metric } from './reading.ts';

const REDIS_TIMEOUT_MS = 10_000;
const BUDGET_MS = 60_000;
const QUOTA = 'upstream-quota:{reseller:one}';
const COOLDOWN = 'upstream-cooldown:{reseller:one}';

let stack: Stack;
let raw: Redis;
let service: Service;
let pipeline: CallPipeline;

beforeEach(async () => {
  stack = await startStack();
  raw = rawRedis(stack.redis.url);
  service = await stack.start({ REDIS_TIMEOUT_MS: String(REDIS_TIMEOUT_MS), RESELLER_QUOTA_CALLS: '1000' });
  pipeline = service.app.get(CallPipeline, { strict: false });
});

afterEach(async () => {
  stack.redis.thaw();
  await service.close();
  raw.disconnect();
  await stack.close();
});

/** A call to the reseller through the pipeline. The test sends the request itself. */
function newCall(budgetMs = BUDGET_MS): UpstreamCall<unknown> {
  return {
    upstream: 'reseller',
    operation: 'get_customer',
    organisation: 'one',
    method: 'GET',
    url: stack.sandbox.url,
    headers: () => ({}),
    attemptTimeoutMs: 1000,
    deadline: new Deadline(service.clock, budgetMs),
    wait: new CallWait(),
    requestId: 'test',
    quotaUser: NOBODY,
    read: () => ({ state: 'ok', value: null }),
  };
}

const stateOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'sent',
    (error: unknown) => (error as { state?: unknown }).state,
  );

const execute = (call = newCall(), attempt = (): Promise<unknown> => Promise.resolve()): Promise<unknown> =>
  stateOf(pipeline.execute(call, attempt));

/** Calls that are counted in the quota, when Redis has done all that the service has asked of it so far. */
async function counted(): Promise<number> {
  await service.app.get(RedisConnection, { strict: false }).run((client) => client.ping());
  const counts = Object.entries(await raw.hgetall(QUOTA)).filter(([field]) => /^\d+$/.test(field));
  return counts.reduce((sum, [, calls]) => sum + Number(calls), 0);
}

const commands = async (name: string): Promise<number> =>
  Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(await raw.info('commandstats'))?.[1] ?? 0);

describe('a call that is prepared', () => {
  it('asks Redis for nothing when it is made', async () => {
    pipeline.prepare(newCall());
    expect(await counted()).toBe(1);
    await raw.config('RESETSTAT');
    expect(await execute()).toBe('sent');
    expect(await counted()).toBe(1);
    expect([await commands('hincrby'), await commands('get')]).toEqual([0, 0]);
    // The grant is used, so nothing is given back later.
    service.clock.advance(250);
    expect(await counted()).toBe(1);
  });

  it('gives its grant back when it is not made within a moment', async () => {
    pipeline.prepare(newCall());
    expect(await counted()).toBe(1);
    await raw.persist(QUOTA);
    service.clock.advance(250);
    await eventually('the grant is given back', async () => (await counted()) === 0);
    expect(await execute()).toBe('sent');
    expect(await counted()).toBe(1);
  });

  it('takes no grant while this process obeys a cooldown', async () => {
    service.app.get(Cooldowns, { strict: false }).start(newCall(), 2 * BUDGET_MS);
    await eventually('Redis has it', async () => (await raw.exists(COOLDOWN)) === 1);
    pipeline.prepare(newCall());
    expect(await counted()).toBe(0);
  });
});

describe('a call that counts against the quota', () => {
  it('reads the cooldown and the quota in parallel', async () => {
    stack.redis.freeze();
    const call = execute();
    await service.clock.whenSet((ms) => ms === REDIS_TIMEOUT_MS, 2);
    stack.redis.thaw();
    expect(await call).toBe('sent');
    expect(await counted()).toBe(1);
  });

  it('gives its grant back when a cooldown of another process stops it', async () => {
    await raw.set(COOLDOWN, `${10 * BUDGET_MS} ${service.clock.now() + 10 * BUDGET_MS}`);
    expect(await execute()).toBe('throttled');
    expect(await counted()).toBe(0);
  });

  it('takes another grant after it has waited for a cooldown', async () => {
    await raw.set(COOLDOWN, `${BUDGET_MS / 2} ${service.clock.now() + BUDGET_MS / 2}`);
    const call = execute();
    await service.clock.whenSet((ms) => ms > BUDGET_MS / 4 && ms <= BUDGET_MS / 2);
    expect(await counted()).toBe(0);
    await raw.del(COOLDOWN);
    service.clock.advance(BUDGET_MS / 2);
    expect(await call).toBe('sent');
    expect(await counted()).toBe(1);
  });

  it('gives its grant back when its time is up before it is sent', async () => {
    stack.redis.freeze();
    const call = execute(newCall(1000));
    await service.clock.whenSet((ms) => ms === REDIS_TIMEOUT_MS, 2);
    service.clock.advance(1000);
    stack.redis.thaw();
    expect(await call).toBe('skipped_budget');
    expect(await counted()).toBe(0);
    // Of all callers, and of this one.
    expect(await commands('hincrby')).toBe(2);
  });

  it('takes no grant while this process obeys a cooldown', async () => {
    service.app.get(Cooldowns, { strict: false }).start(newCall(), 2 * BUDGET_MS);
    await eventually('Redis has it', async () => (await raw.exists(COOLDOWN)) === 1);
    await raw.config('RESETSTAT');
    expect(await execute()).toBe('throttled');
    expect(await commands('hincrby')).toBe(0);
  });

  it('takes no grant while its circuit breaker is open', async () => {
    const call = newCall();
    const { breaker } = service.app.get(UpstreamPolicies, { strict: false }).policiesFor(call);
    for (let calls = 0; calls < 20; calls += 1) breaker.tryAcquire(service.clock.monotonic())?.('failure', service.clock.monotonic()); // prettier-ignore
    await raw.config('RESETSTAT');
    expect(await execute(call)).toBe('circuit_open');
    expect(await commands('hincrby')).toBe(0);
  });

  it('takes its grant only when its turn comes while the bulkhead is full', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
    const { bulkhead } = service.app.get(UpstreamPolicies, { strict: false }).policiesFor(newCall());
    await Promise.all(Array.from({ length: 64 }, () => bulkhead.acquire('a', new AbortController().signal)));
    await raw.config('RESETSTAT');
    const call = execute(newCall(), () => answered);
    await eventually('it waits', () => bulkhead.queued === 1);
    expect(await counted()).toBe(0);
    expect(await commands('hincrby')).toBe(0);
    bulkhead.release();
    await eventually('it is sent', async () => (await counted()) === 1);
    answer(undefined);
    expect(await call).toBe('sent');
  });

  it('keeps its grant when it was sent and failed', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('reset'));
    expect(await execute(newCall(), fail)).toBeUndefined();
    expect(await execute()).toBe('sent');
    expect(await counted()).toBe(2);
  });
});

describe('a crowd of calls that count against the quota', () => {
  it('takes one grant each, none of which is given back', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
    let sent = 0;
    const attempt = (): Promise<unknown> => {
      sent += 1;
      return answered;
    };
    await raw.config('RESETSTAT');
    const calls = Array.from({ length: 100 }, () => execute(newCall(), attempt));
    await eventually('the bulkhead is full', () => sent === 64);
    expect(await counted()).toBe(64);
    answer(undefined);
    expect(await Promise.all(calls)).toStrictEqual(Array(100).fill('sent'));
    expect(await counted()).toBe(100);
    expect(await commands('hincrby')).toBe(200);
    const { bulkhead } = service.app.get(UpstreamPolicies, { strict: false }).policiesFor(newCall());
    expect([bulkhead.inFlight, bulkhead.queued]).toStrictEqual([0, 0]);
  });
});

describe('a forced read of eleven connectors', () => {
  it('asks Redis once for each upstream whether there is a cooldown', async () => {
    const { path } = linkedCustomer(stack);
    await service.http.get(path).expect(200);
    await settled(service);
    service.clock.advance(1000);
    const asked = (): Promise<number> =>
      metric(service, 'db_client_operation_duration_seconds_count', { db_operation_name: 'get' });
    const before = await asked();
    const fetched = stack.sandbox.traffic.counts.bySource.reseller;
    await service.http.get(path).set('cache-control', 'no-cache').expect(200);
    expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(fetched + 1);
    expect((await asked()) - before).toBe(2);
  });
});

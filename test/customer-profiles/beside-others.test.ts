import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Response, type Test } from 'supertest';
import { Config } from '../../src/config/config.ts';
import { ProfileCache } from '../../src/profile-cache/profile-cache.ts';
import { planRead } from '../../src/profile-refresh/plan-read.ts';
import { cacheKeyOf, requirementsSince } from '../../src/profile-refresh/read-requirements.ts';
import { RefreshCoordinator } from '../../src/profile-refresh/refresh-coordinator.ts';
import { MANY_REQUESTS } from '../../src/resilience/recent-callers.ts';
import { WORK_TURNS, WorkTurns } from '../../src/resilience/work-turns.ts';
import { NOBODY, type QuotaUser } from '../../src/upstream/quota/quota-user.ts';
import { metric, openStage, sourceOf, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';

const KEYS = { greedy: 'key-of-a-greedy-caller', shop: 'key-of-another-caller' };
const FRESH_MS = 60_000;
/** Each caller has its share again. */
const REST_MS = 3000;
/** What a caller owes that has used up its share. */
const DEBT_MS = 6;
/** Until it has its share again. */
const PAUSE_MS = Math.ceil(DEBT_MS / WORK_TURNS.shareBesideOthers);

let stage: Stage;
let service: Service;
/** With the same callers. */
let withoutRedis: Service;
let known: StagedCustomer;
let answered: string[];
const clock = new TestClock();

const read = async (
  caller: keyof typeof KEYS,
  { path }: StagedCustomer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const answer = await service.http.get(path).set({ 'x-api-key': KEYS[caller], ...headers });
  answered.push(caller);
  return answer;
};

beforeAll(async () => {
  answered = [];
  stage = await openStage();
  const variables = {
    API_KEYS: Object.entries(KEYS)
      .map((pair) => pair.join(':'))
      .join(),
    AUTH_MODE: 'api-key',
    BILLING_CONNECTORS: 'stripe',
    REQUEST_BUDGET_MS: '9000',
    CACHE_FRESH_SECONDS: String(FRESH_MS / 1000),
  };
  service = await stage.service(variables, { clock, time: 'real' });
  withoutRedis = await startService(sandboxVariables(stage.sandbox.url, variables), { clock, time: 'real' });
  clock.stop();
  known = stage.customer();
  await read('shop', known);
});

afterEach(() => {
  stage.sandbox.faults.clear();
  answered = [];
  clock.advance(REST_MS);
});

afterAll(async () => {
  await withoutRedis.close();
  await stage.close();
});

/** The greedy caller's pieces take long while the other one sends many requests. */
async function useUpShare(pieces = 1): Promise<void> {
  await Promise.all(Array.from({ length: MANY_REQUESTS }, () => read('shop', known)));
  answered = [];
  for (let piece = 0; piece < pieces; piece += 1) {
    await service.app.get(WorkTurns, { strict: false }).next('greedy');
    clock.advance(WORK_TURNS.burstMs + DEBT_MS);
    await nextTurn();
  }
}

/** What the greedy caller waits for waits for its share, while the other caller's cold read is answered. */
async function expectHeldBack(greedy: Promise<Response>): Promise<void> {
  await clock.whenSet((ms) => ms === PAUSE_MS);
  expect((await read('shop', stage.customer())).status).toBe(200);
  expect(answered).toEqual(['shop']);
  clock.advance(PAUSE_MS);
  expect((await greedy).status).toBe(200);
}

describe('a read that has waited in vain for its caller’s share has nothing from before an invalidation that was acknowledged meanwhile', () => {
  it.each([
    ['of the customer', ({ customerId }: StagedCustomer) => ({ customerIds: [customerId], mode: 'refetch' })],
    ['of a source', () => ({ source: 'reseller', mode: 'refetch' })],
    ['of all customers', () => ({ organisation: true, mode: 'refetch' })],
  ])('%s', async (_what, invalidation) => {
    const invalidate = (body: object): Test =>
      service.http.post('/v1/invalidations').set('x-api-key', KEYS.shop).send(body).expect(202);
    const customer = stage.customer();
    await read('greedy', customer);
    await invalidate({ customerIds: [customer.customerId], mode: 'stale' });
    await useUpShare(3);
    const greedy = read('greedy', customer, { 'x-request-timeout-ms': '1600' });
    await clock.whenSet((ms) => ms === 800);
    stage.rename(customer, 'Southwold Stationers');
    await invalidate(invalidation(customer));
    clock.advance(800);
    // It has read the cache again, and waits again.
    await clock.whenSet((ms) => ms === 400);
    clock.advance(400);
    expect((await greedy).body).toMatchObject({ name: 'Southwold Stationers' });
    await read('shop', known);
  });
});

it('a cold read waits for its caller’s share before it calls an upstream, and other callers do not', async () => {
  await useUpShare();
  const customer = stage.customer();
  const greedy = read('greedy', customer);
  await clock.whenSet((ms) => ms === PAUSE_MS);
  expect(customer.calls()).toEqual({});
  await expectHeldBack(greedy);
});

it('a batch waits for its caller’s share, also a warm one: its reads show what they need', async () => {
  const customer = stage.customer();
  await service.http.get(customer.unlinkedPath).set('x-api-key', KEYS.greedy).expect(200);
  await useUpShare();
  const batch = service.http
    .post('/v1/customer-profiles/batch-get')
    .set('x-api-key', KEYS.greedy)
    .send({ customerIds: [customer.customerId] })
    .then((answer) => {
      answered.push('greedy');
      return answer;
    });
  await clock.whenSet((ms) => ms === PAUSE_MS);
  await expectHeldBack(batch);
});

it('a read that has begun goes on without its caller’s share', async () => {
  const customer = stage.customer();
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const greedy = read('greedy', customer);
  await eventually('the reseller was asked', () => customer.calls().reseller === 1);
  await eventually('the other sources have answered', () => customer.calls().stripe === 1);
  await useUpShare();
  stage.sandbox.faults.clear();
  expect((await greedy).status).toBe(200);
});

it('every piece of a read counts against the share of its caller: merge, writes and background work as well', async () => {
  const turns = service.app.get(WorkTurns, { strict: false });
  const pieces = async (read: () => Promise<Response>): Promise<readonly string[]> => {
    const owners: string[] = [];
    const next = turns.next.bind(turns);
    turns.next = (owner) => {
      owners.push(owner);
      return next(owner);
    };
    expect((await read()).status).toBe(200);
    await settled(service);
    turns.next = next;
    return owners;
  };
  const customer = stage.customer();
  // The read itself, the answers of two sources, the merge and the write.
  expect(await pieces(() => read('greedy', customer))).toEqual(Array(5).fill('greedy'));
  clock.advance(2 * FRESH_MS);
  const inBackground = await pieces(() => read('greedy', customer, { 'cache-control': 'max-stale' }));
  // The connector is not due yet.
  expect(inBackground).toEqual(Array(4).fill('greedy'));
  expect(customer.calls().reseller).toBe(2);
});

it('a read whose caller does not have its share in half of the read’s time is refused, or gets an old value', async () => {
  const [old, unknown] = [stage.customer(), stage.customer()];
  await read('greedy', old);
  clock.advance(2 * FRESH_MS);
  await read('shop', known);
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const other = stage.customer();
  const inProgress = read('greedy', other);
  await eventually('the reseller was asked', () => other.calls().reseller === 1);
  await useUpShare(3);
  const refusals = (): Promise<readonly number[]> =>
    Promise.all(['single', 'background'].map((kind) => metric(service, `refresh_refusals_total{kind="${kind}"}`)));
  const before = await refusals();
  const reads = [unknown, old].map((customer) => read('greedy', customer, { 'x-request-timeout-ms': '1500' }));
  await clock.whenSet((ms) => ms === 750, 2);
  clock.advance(750);
  const [refused, stale] = await Promise.all(reads);
  expect([refused?.status, refused?.headers['retry-after'], refused?.body]).toEqual([
    503,
    '2',
    expect.objectContaining({ code: 'overloaded' }),
  ]);
  expect([stale?.status, sourceOf(stale?.body, 'reseller')?.stale]).toEqual([200, true]);
  expect([unknown.calls(), old.calls().reseller]).toEqual([{}, 1]);
  expect(await refusals()).toEqual(before.map((count) => count + 1));
  stage.sandbox.faults.clear();
  expect((await inProgress).status).toBe(200);
});

it('a caller without a share may have one refresh in progress', async () => {
  const customer = stage.customer();
  await useUpShare(3);
  const greedy = read('greedy', customer, { 'x-request-timeout-ms': '1500' });
  await clock.whenSet((ms) => ms === 750);
  clock.advance(750);
  expect((await greedy).status).toBe(200);
});

it('a stale answer that the caller wants at once does not wait', async () => {
  const customer = stage.customer();
  await read('greedy', customer);
  clock.advance(2 * FRESH_MS);
  await useUpShare(3);
  const { body } = await read('greedy', customer, { 'cache-control': 'max-stale' });
  expect(sourceOf(body, 'reseller')?.stale).toBe(true);
});

it('a read that wants a stale answer at once, and for which there is none, waits', async () => {
  await useUpShare();
  await expectHeldBack(read('greedy', stage.customer(), { 'cache-control': 'max-stale' }));
});

it('a read that has waited in vain for its caller’s share joins a refresh that is in progress', async () => {
  const customer = stage.customer();
  await useUpShare(3);
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const shop = read('shop', customer);
  await eventually('the reseller was asked', () => customer.calls().reseller === 1);
  const greedy = read('greedy', customer, { 'x-request-timeout-ms': '1500' });
  await clock.whenSet((ms) => ms === 750);
  clock.advance(750);
  // The next read of this caller begins its wait after this one has joined.
  const next = read('greedy', stage.customer(), { 'x-request-timeout-ms': '900' });
  await clock.whenSet((ms) => ms === 450);
  stage.sandbox.faults.clear();
  expect((await Promise.all([shop, greedy])).map(({ status }) => status)).toEqual([200, 200]);
  expect(customer.calls().reseller).toBe(1);
  clock.advance(450);
  expect((await next).status).toBe(200);
});

describe('a read that has waited for its caller’s share gets what another read has fetched meanwhile', () => {
  const withRedis = (): Service => service;
  afterEach(() => {
    service = stored;
  });
  let stored: Service;

  it.each([
    ['with Redis', withRedis],
    ['without Redis', () => withoutRedis],
  ])('%s', async (_title, serviceOf) => {
    stored = service;
    service = serviceOf();
    await read('shop', known);
    const customer = stage.customer();
    await useUpShare();
    const greedy = read('greedy', customer);
    await clock.whenSet((ms) => ms === PAUSE_MS);
    await read('shop', customer);
    await settled(service);
    clock.advance(PAUSE_MS);
    expect((await greedy).status).toBe(200);
    expect(customer.calls().reseller).toBe(1);
  });
});

describe('a refresh without a waiting caller', () => {
  /** Whether it is begun. */
  const isBegun = async (caller: QuotaUser): Promise<boolean> => {
    const { organisations, sources } = service.app.get(Config);
    const organisation = organisations.only;
    if (!organisation) throw new Error('there is no organisation');
    const { customerId } = stage.customer();
    const requirements = requirementsSince(clock.now(), { organisation, customerId, sources, caller });
    const cached = await service.app.get(ProfileCache, { strict: false }).read(cacheKeyOf(requirements));
    const plan = planRead({}, requirements, clock.now());
    const refreshes = service.app.get(RefreshCoordinator, { strict: false });
    return refreshes.refreshBehind({ requirements, read: cached, plan }, 'eager') !== null;
  };

  it('is not begun for a caller that has used up its share and has another one in progress', async () => {
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const customer = stage.customer();
    const inProgress = read('greedy', customer);
    await eventually('the reseller was asked', () => customer.calls().reseller === 1);
    const { limits } = NOBODY;
    expect(await isBegun({ name: 'greedy', limits })).toBe(true);
    stage.sandbox.faults.clear();
    await inProgress;
    await settled(service);
    await read('shop', known);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    await useUpShare(3);
    expect(await isBegun({ name: 'greedy', limits })).toBe(true);
    expect(await isBegun({ name: 'greedy', limits })).toBe(false);
    // The service itself has its own pace.
    expect(await isBegun({ name: 'greedy', limits, isService: true })).toBe(true);
    stage.sandbox.faults.clear();
    await settled(service);
  });
});

it('nothing is fetched for a caller who has left while it waited for its share', async () => {
  const customer = stage.customer();
  await useUpShare();
  const leaving = new AbortController();
  const headers = { 'x-api-key': KEYS.greedy };
  const greedy = fetch(service.url + customer.path, { headers, signal: leaving.signal }).catch(() => null);
  await clock.whenSet((ms) => ms === PAUSE_MS);
  service.forgetLog();
  leaving.abort();
  await greedy;
  await eventually('the caller has left', () => service.log.some(({ event }) => event === 'caller_left'));
  clock.advance(PAUSE_MS);
  // Another read of the caller begins after this one.
  expect((await read('greedy', stage.customer())).status).toBe(200);
  expect(customer.calls()).toEqual({});
});

it('warm reads do not wait', async () => {
  const customer = stage.customer();
  await read('greedy', customer);
  await useUpShare();
  expect((await read('greedy', customer)).status).toBe(200);
});

it('the time in which work waits for its caller’s share is counted', async () => {
  const paused = (): Promise<number> => metric(service, 'caller_share_pauses_seconds_total');
  await useUpShare();
  const before = await paused();
  const greedy = read('greedy', stage.customer());
  await clock.whenSet((ms) => ms === PAUSE_MS);
  clock.advance(PAUSE_MS);
  expect((await greedy).status).toBe(200);
  expect(await paused()).toBeCloseTo(before + PAUSE_MS / 1000, 9);
});

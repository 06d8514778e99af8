import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Response } from 'supertest';
import { MANY_REQUESTS } from '../../src/resilience/recent-callers.ts';
import { WORK_TURNS, WorkTurns } from '../../src/resilience/work-turns.ts';
import { metric, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';

const KEYS = { greedy: 'key-of-a-greedy-caller', shop: 'key-of-another-caller' };
/** Until a caller has its share again that has used it up. */
const PAUSE_MS = Math.ceil((WORK_TURNS.maxPieceMs - WORK_TURNS.burstMs) / WORK_TURNS.shareBesideOthers);

let stage: Stage;
let service: Service;
let known: StagedCustomer;
let answered: string[];
const clock = new TestClock();

const read = async (caller: keyof typeof KEYS, { path }: StagedCustomer): Promise<Response> => {
  const answer = await service.http.get(path).set('x-api-key', KEYS[caller]);
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
  };
  service = await stage.service(variables, { clock, time: 'real' });
  clock.stop();
  known = stage.customer();
  await read('shop', known);
});

beforeEach(() => {
  answered = [];
  clock.advance(10_000);
});

afterAll(() => stage.close());

/** The greedy caller's work takes long while the other one sends many requests. */
async function useUpShare(): Promise<void> {
  await Promise.all(Array.from({ length: MANY_REQUESTS }, () => read('shop', known)));
  answered = [];
  await service.app.get(WorkTurns, { strict: false }).next('greedy');
  clock.advance(WORK_TURNS.maxPieceMs);
  await nextTurn();
}

/** What the greedy caller waits for waits for its share, while the other caller's cold read is answered. */
async function expectHeldBack(greedy: Promise<Response>): Promise<void> {
  await clock.whenSet((ms) => ms === PAUSE_MS);
  expect((await read('shop', stage.customer())).status).toBe(200);
  expect(answered).toEqual(['shop']);
  clock.advance(PAUSE_MS);
  expect((await greedy).status).toBe(200);
}

it('a cold read waits for its caller’s share before it calls an upstream, and other callers do not', async () => {
  await useUpShare();
  const customer = stage.customer();
  const greedy = read('greedy', customer);
  await clock.whenSet((ms) => ms === PAUSE_MS);
  expect(customer.calls()).toEqual({});
  await expectHeldBack(greedy);
});

it('a batch waits for its caller’s share', async () => {
  await useUpShare();
  const customer = stage.customer();
  const batch = service.http
    .post('/v1/customer-profiles/batch-get')
    .set('x-api-key', KEYS.greedy)
    .send({ customerIds: [customer.customerId] })
    .then((answer) => {
      answered.push('greedy');
      return answer;
    });
  await clock.whenSet((ms) => ms === PAUSE_MS);
  expect(customer.calls()).toEqual({});
  await expectHeldBack(batch);
});

it('the answer of an upstream is read when its caller has its share', async () => {
  const customer = stage.customer();
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const greedy = read('greedy', customer);
  await eventually('the reseller was asked', () => customer.calls().reseller === 1);
  await eventually('the other sources have answered', () => customer.calls().stripe === 1);
  await useUpShare();
  stage.sandbox.faults.clear();
  await clock.whenSet((ms) => ms === PAUSE_MS);
  const calls = 'http_client_request_duration_seconds_count{upstream="reseller",operation="get_customer",state="ok"}';
  const before = await metric(service, calls);
  await expectHeldBack(greedy);
  // The other caller's, and the one that was held back.
  expect(await metric(service, calls)).toBe(before + 2);
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

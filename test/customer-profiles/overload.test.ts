import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Response } from 'supertest';
import { WorkTurns } from '../../src/resilience/work-turns.ts';
import { metric, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { BusyClock } from '../resilience/busy-clock.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

const FRESH_SECONDS = 300;
const WIDTH = 20;

let stage: Stage;
let service: Service;
const clock = new BusyClock();

beforeAll(async () => {
  stage = await openStage();
  const variables = {
    CACHE_FRESH_SECONDS: String(FRESH_SECONDS),
    BILLING_CONNECTORS: 'stripe',
    REQUEST_BUDGET_MS: '9000',
  };
  service = await stage.service(variables, { clock, time: 'real' });
  clock.stop();
});

afterAll(() => stage.close());

const read = (path: string): Promise<Response> => service.http.get(path).then((answer) => answer);

/** Counts the turns of the event loop for which reads wait from now on. */
function turnsTaken(): () => number {
  const turns = service.app.get(WorkTurns);
  const next = turns.next.bind(turns);
  let taken = 0;
  turns.next = (owner) => {
    taken += 1;
    return next(owner);
  };
  return () => taken;
}

/** So many cold reads whose source does not answer until it is let. @returns their answers, and how many have been fetched */
async function crowd(
  count: number,
  begun: number,
): Promise<{ readonly answers: readonly Promise<Response>[]; readonly asked: () => number }> {
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const customers = Array.from({ length: count }, () => stage.customer());
  const answers = customers.map(({ path }) => read(path));
  const isAsked = (customer: StagedCustomer): boolean => customer.calls().reseller === 1;
  const asked = (): number => customers.filter(isAsked).length;
  await eventually('they are under way', () => asked() === begun);
  const queued = (): Promise<number> => metric(service, 'refresh_admission{state="queued"}');
  await eventually('the others wait', async () => (await queued()) === count - begun);
  return { answers, asked };
}

it('a process that has too much to do finishes what it can, answers from the cache, and refuses the rest at once (F34, R4)', async () => {
  const known = stage.customer();
  await read(known.path);
  await settled(service);
  clock.advance(2 * FRESH_SECONDS * 1000);

  const first = await crowd(WIDTH / 0.8, WIDTH / 0.8);
  clock.utilisation = 1;
  clock.advance(100);
  clock.utilisation = 0.9;
  stage.sandbox.faults.clear();
  for (const { status } of await Promise.all(first.answers)) expect(status).toBe(200);
  await settled(service);

  const second = await crowd(WIDTH + 10, WIDTH);
  const another = stage.customer();
  const turns = turnsTaken();
  const refused = await read(`${another.path}&budgetMs=150`);
  expect(refused.headers['retry-after']).toBe('2');
  expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded', source: 'reseller', state: 'overloaded' } });
  expect(another.calls()).toEqual({});

  const stale = await read(known.path);
  expect(stale).toMatchObject({ status: 200, body: { customerId: known.customerId } });
  expect(stale.headers['cache-status']).toContain('stale');
  await service.http.get(stage.customer().path).set('cache-control', 'only-if-cached').expect(504);
  expect(turns()).toBe(0);

  const body = { customerIds: [another.customerId], budgetMs: 150 };
  const batch = await service.http.post('/v1/customer-profiles/batch-get').send(body).expect(200);
  expect(batch.body).toMatchObject({
    results: [{ status: 503, problem: { code: 'overloaded' }, retryAfterSeconds: 2 }],
  });
  expect(await metric(service, 'refresh_refusals_total{kind="single"}')).toBe(1);
  expect(await metric(service, 'refresh_refusals_total{kind="background"}')).toBe(1);
  expect(await metric(service, 'refresh_refusals_total{kind="batch"}')).toBe(1);
  for (const probe of ['live', 'ready']) expect((await read(`/health/${probe}`)).status).toBe(200);

  stage.sandbox.faults.clear();
  for (const { status } of await Promise.all(second.answers)) expect(status).toBe(200);
  expect(turns()).toBeGreaterThan(0);
});

it('a read that could no longer end in its time when its turn comes is refused, and its sources are not called (F34, R4)', async () => {
  const before = await metric(service, 'refresh_refusals_total{kind="single"}');
  const { answers, asked } = await crowd(WIDTH + 10, WIDTH);
  clock.advance(8950);
  stage.sandbox.faults.clear();
  const all = await Promise.all(answers);
  const refused = all.filter(({ status, headers }) => status === 503 && headers['retry-after'] === '2');
  expect(refused.map(({ body }) => (body as { state: string }).state)).toEqual(Array(10).fill('overloaded'));
  expect(asked()).toBe(WIDTH);
  expect((await metric(service, 'refresh_refusals_total{kind="single"}')) - before).toBe(10);
  expect((await read(stage.customer().path)).status).toBe(200);
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type CustomerChanges } from '../../src/customer-changes/change.schema.ts';
import { MemoryCache } from '../../src/profile-cache/memory-cache.ts';
import { openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { type HeldAnswers, startHeldAnswers } from '../redis/held-answers.ts';
import { eventually } from '../support/eventually.ts';
import { quietBackground, settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

let stage: Stage;
/** Two processes whose copies do not age, because time stands still. */
let one: Service;
let other: Service;
let answers: HeldAnswers;
let customer: StagedCustomer;
let cursor: string;

beforeAll(async () => {
  stage = await openStage();
  answers = await startHeldAnswers(stage.redis.port);
  [one, other] = await stage.pair({}, { REDIS_URL: `redis://127.0.0.1:${answers.port}` });
  await quietBackground(other);
});

afterAll(async () => {
  await stage.close();
  await answers.close();
});

const nameAt = async ({ http }: Service): Promise<string> => {
  const { body, headers } = await http.get(customer.unlinkedPath).expect(200);
  return `${(body as { name: string }).name}${headers['cache-status']?.includes('detail=local') ? ', from its copy' : ''}`;
};
const changesAt = async ({ http }: Service, query: string): Promise<CustomerChanges> =>
  (await http.get(`/v1/customer-profile-changes?${query}`).expect(200)).body as CustomerChanges;

const heardOfChanges = (): number => other.app.get(MemoryCache, { strict: false }).heard().change;

/** The customer is read by both processes, so that each has a copy. */
beforeEach(async () => {
  customer = stage.customer();
  await one.http.get(customer.unlinkedPath).expect(200);
  await settled(one);
  ({ cursor } = await changesAt(other, 'from=newest'));
  await eventually(
    'the other process has a copy',
    async () => (await nameAt(other)) === 'Ravensworth Tools, from its copy',
  );
  stage.rename(customer, 'Ravensworth Renamed');
  one.clock.advance(10);
});

afterEach(() => {
  answers.pass();
});

const change = async (): Promise<void> => {
  await one.http.get(customer.unlinkedPath).set('cache-control', 'no-cache').expect(200);
  await settled(one);
};

describe('a consumer that has read of a change', () => {
  it('gets the new content at once from the process that told it, even before that hears of the change', async () => {
    answers.holdEvents();
    await change();
    const { changes } = await changesAt(other, `cursor=${cursor}`);
    expect(changes).toMatchObject([{ type: 'changed', customerId: customer.customerId, fields: ['name'] }]);
    expect(await nameAt(other)).toBe('Ravensworth Renamed');
  });

  it('gets the new content from a process that was asked for no change, as soon as that has heard of it', async () => {
    await change();
    await eventually(
      'the copy is replaced',
      async () => (await nameAt(other)) === 'Ravensworth Renamed, from its copy',
    );
  });
});

it('what a process read of Redis before it heard of a change is confirmed before it is served again', async () => {
  const late = stage.customer();
  const atFirst = heardOfChanges();
  await one.http.get(late.unlinkedPath).expect(200);
  await settled(one);
  await eventually('it has heard of the first content', () => heardOfChanges() > atFirst);
  customer = late;
  const before = heardOfChanges();
  answers.hold();
  const begun = nameAt(other);
  await eventually('Redis has answered with the old content', () => answers.waiting());
  stage.rename(late, 'Ravensworth Renamed');
  one.clock.advance(10);
  await change();
  await eventually('it has heard of the change', () => heardOfChanges() > before);
  answers.pass();
  expect(await begun).toBe('Ravensworth Tools');
  expect(await nameAt(other)).toBe('Ravensworth Renamed');
});

it('a process has every copy confirmed when it finds that the feed has lost events', async () => {
  answers.holdEvents();
  await stage.raw.flushall();
  await change();
  const gone = await other.http.get(`/v1/customer-profile-changes?cursor=${cursor}`);
  expect(gone.status).toBe(410);
  expect(await nameAt(other)).toBe('Ravensworth Renamed');
});

it('a consumer gets the new content after the numbers of events have begun again, too', async () => {
  await changesAt(other, 'from=oldest');
  answers.holdEvents();
  await stage.raw.flushall();
  ({ cursor } = await changesAt(other, 'from=newest'));
  await eventually('the other process has a copy', async () => (await nameAt(other)).endsWith('from its copy'));
  stage.rename(customer, 'Ravensworth Again');
  one.clock.advance(10);
  await change();
  expect((await changesAt(other, `cursor=${cursor}`)).changes).toHaveLength(2);
  expect(await nameAt(other)).toBe('Ravensworth Again');
});

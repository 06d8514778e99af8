import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { type HeldAnswers, startHeldAnswers } from '../redis/held-answers.ts';
import { NO_COPIES } from '../redis/load.ts';
import { eventually } from '../support/eventually.ts';
import { quietBackground, settled } from '../support/passing-time.ts';
import { type Service, type Variables } from '../support/service.ts';

const TIMEOUT_MS = 10_000;
/** The least time of the link store. */
const MIN_LINK_STORE_MS = 10;
const TIMES: Variables = { REDIS_TIMEOUT_MS: String(TIMEOUT_MS), REQUEST_BUDGET_MS: '60000', RESELLER_TIMEOUT_MS: '60000', BILLING_TIMEOUT_MS: '60000' }; // prettier-ignore

let stage: Stage;
let answers: HeldAnswers;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
});

beforeEach(async () => {
  answers = await startHeldAnswers(stage.redis.port);
});

afterEach(async () => {
  answers.pass();
  await service.close();
  await answers.close();
});

afterAll(() => stage.close());

/** The token is known then, and so are the scripts. */
async function start(more: Variables = {}): Promise<void> {
  service = await stage.service({ ...TIMES, ...more, REDIS_URL: `redis://127.0.0.1:${answers.port}` });
  await quietBackground(service);
  await service.http.get(stage.customer().path).expect(200);
  await settled(service);
}

async function linkedCustomer(): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  const { billingCustomerId } = customer;
  await service.http.put(`/v1/customer-links/${customer.customerId}`).send({ billingCustomerId }).expect(201);
  await settled(service);
  return customer;
}

/** Resolves when Redis has answered every command of this service, including those sent beside another. */
async function quiet(): Promise<void> {
  await settled(service);
  const connection = service.app.get(RedisConnection, { strict: false });
  for (let trips = 0; trips < 4; trips += 1) await connection.tryRun((redis) => redis.ping());
  await settled(service);
}

/** How long it takes until every connector of the customer is due. */
async function longestFreshSeconds({ customerId }: StagedCustomer): Promise<number> {
  const { body } = await service.http.get(`/v1/customer-profiles/${customerId}/explanation`).expect(200);
  const { parts } = body as { parts: { freshForSeconds: number }[] };
  return Math.max(...parts.map(({ freshForSeconds }) => freshForSeconds));
}

async function calls(command: string): Promise<number> {
  const stats = await stage.raw.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

/** Resolves when Redis has been asked, and has answered all of what was sent together, in one piece or several. */
async function asked(): Promise<void> {
  await eventually('Redis is asked', () => answers.waiting());
  for (let trips = 0; trips < 3; trips += 1) await stage.raw.ping();
  await turn();
}

/**
 * Resolves when the read asks with so much time left. Answers may come in several pieces: until it asks again, what waits is the rest
 * of what it asked before.
 */
async function asksWith(leftMs: number): Promise<void> {
  await asked();
  await eventually(`the read asks with ${leftMs} ms left`, () => {
    const asksAgain = service.clock.isSet((set) => set === leftMs);
    if (!asksAgain) answers.release();
    return asksAgain;
  });
  await asked();
}

/** Redis takes this long for the read's command that is sent with this much time left. */
async function answerAfter(ms: number, leftMs: number): Promise<void> {
  await asksWith(leftMs);
  service.clock.advance(ms);
  await turn();
  answers.release();
}

interface Read {
  readonly billing: string | undefined;
  readonly elapsedMs: number;
}

/** The read; its time stands still but for what `meanwhile` lets pass. */
async function readWhile({ unlinkedPath }: StagedCustomer, meanwhile: () => Promise<void>): Promise<Read> {
  await quiet();
  const startedAt = service.clock.monotonic();
  answers.hold();
  const read = service.http
    .get(unlinkedPath)
    .expect(200)
    .then(({ body }) => body as { sources: { source: string; state: string }[] });
  await meanwhile();
  const { sources } = await read;
  // No wait was ended by the client, which closes a connection that is silent for long.
  expect(service.log.filter(({ event }) => event === 'redis_unreachable')).toEqual([]);
  const billing = sources.find(({ source }) => source === 'billing')?.state;
  return { billing, elapsedMs: service.clock.monotonic() - startedAt };
}

/** The read asks for the last time, with so much time left. */
async function noAnswerFor(leftMs: number): Promise<void> {
  await asksWith(leftMs);
  service.clock.advance(leftMs);
  await turn();
}

describe('a cold read waits for Redis no longer than REDIS_TIMEOUT_MS in all (U5):', () => {
  it.each([50, TIMEOUT_MS / 4, 0.6 * TIMEOUT_MS, TIMEOUT_MS - 100])(
    'when the cache has taken %i ms of 10000, and nothing else is answered',
    async (cacheMs) => {
      await start();
      const read = await readWhile(await linkedCustomer(), async () => {
        await answerAfter(cacheMs, TIMEOUT_MS);
        await noAnswerFor(TIMEOUT_MS - cacheMs);
      });
      expect(read).toEqual({ billing: 'link_store_unavailable', elapsedMs: TIMEOUT_MS });
    },
  );

  it('when the cache has taken nearly all, but for a moment for the link store', async () => {
    await start();
    const read = await readWhile(await linkedCustomer(), async () => {
      await answerAfter(TIMEOUT_MS - 1, TIMEOUT_MS);
      await noAnswerFor(MIN_LINK_STORE_MS);
    });
    expect(read).toEqual({ billing: 'link_store_unavailable', elapsedMs: TIMEOUT_MS - 1 + MIN_LINK_STORE_MS });
  });

  it('when nothing is answered at all, but for a moment for the link store', async () => {
    await start();
    const read = await readWhile(await linkedCustomer(), async () => {
      await noAnswerFor(TIMEOUT_MS);
      await service.clock.whenSet((ms) => ms === MIN_LINK_STORE_MS);
      service.clock.advance(MIN_LINK_STORE_MS);
    });
    expect(read).toEqual({ billing: 'link_store_unavailable', elapsedMs: TIMEOUT_MS + MIN_LINK_STORE_MS });
  });

  it('in a process without copies, which reads the cache in two steps', async () => {
    await start(NO_COPIES);
    const customer = await linkedCustomer();
    await service.http.get(customer.unlinkedPath).expect(200);
    await settled(service);
    // All sources are due, also those whose time is the longest.
    service.clock.advance(10_800_000);
    const read = await readWhile(customer, async () => {
      await answerAfter(0.2 * TIMEOUT_MS, TIMEOUT_MS);
      await answerAfter(0.2 * TIMEOUT_MS, 0.8 * TIMEOUT_MS);
      await noAnswerFor(0.6 * TIMEOUT_MS);
    });
    expect(read.elapsedMs).toBe(TIMEOUT_MS);
  });

  it('also when it has followed another process, and reads what that has written', async () => {
    await start();
    const other = await stage.service(TIMES);
    const customer = await linkedCustomer();
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const led = other.http
      .get(customer.unlinkedPath)
      .expect(200)
      .then(() => true);
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
    const read = await readWhile(customer, async () => {
      await answerAfter(0.2 * TIMEOUT_MS, TIMEOUT_MS);
      await answerAfter(0.3 * TIMEOUT_MS, 0.8 * TIMEOUT_MS);
      stage.sandbox.faults.clear();
      await led;
      await noAnswerFor(0.5 * TIMEOUT_MS);
    });
    expect(read.elapsedMs).toBe(TIMEOUT_MS);
  });

  it('also when the link is looked for at the billing platform, which is asked after Redis', async () => {
    await start({ LINK_RESOLVERS: 'request,link-store,billing-external-id' });
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const read = await readWhile(customer, async () => {
      await answerAfter(0.2 * TIMEOUT_MS, TIMEOUT_MS);
      await answerAfter(0.3 * TIMEOUT_MS, 0.8 * TIMEOUT_MS);
      await answerAfter(0.3 * TIMEOUT_MS, 0.5 * TIMEOUT_MS);
      // Whether the billing platform is left alone.
      await noAnswerFor(0.2 * TIMEOUT_MS);
    });
    expect(read.elapsedMs).toBe(TIMEOUT_MS);
  });

  it('also when a connector becomes due while the read waits', async () => {
    await start();
    const customer = await linkedCustomer();
    await service.http.get(customer.unlinkedPath).expect(200);
    await settled(service);
    service.clock.advance((await longestFreshSeconds(customer)) * 1000 - TIMEOUT_MS / 2);
    const read = await readWhile(customer, async () => {
      await answerAfter(0.2 * TIMEOUT_MS, TIMEOUT_MS);
      await noAnswerFor(0.8 * TIMEOUT_MS);
    });
    expect(read.elapsedMs).toBe(TIMEOUT_MS);
  });
});

describe('a cold read while Redis is slow (U5)', () => {
  it('uses the answers that come in time', async () => {
    await start();
    const customer = await linkedCustomer();
    await stage.raw.config('RESETSTAT');
    const read = await readWhile(customer, async () => {
      await answerAfter(TIMEOUT_MS / 4, TIMEOUT_MS);
      await answerAfter(TIMEOUT_MS / 2, 0.75 * TIMEOUT_MS);
      answers.pass();
    });
    // Each upstream's cooldown is asked for once.
    expect(await calls('get')).toBe(2);
    expect(read).toEqual({ billing: 'linked', elapsedMs: (3 * TIMEOUT_MS) / 4 });
  });

  it('gives back the leases and the quota that are granted too late', async () => {
    await start();
    const customer = await linkedCustomer();
    await quiet();
    await stage.raw.del('none', ...(await stage.raw.keys('upstream-quota:*')));
    await readWhile(customer, async () => {
      await answerAfter(0.4 * TIMEOUT_MS, TIMEOUT_MS);
      await noAnswerFor(0.6 * TIMEOUT_MS);
    });
    const leases = async (): Promise<number> => {
      const names = await stage.raw.keys(`customer-profiles:*${customer.customerId}}*`);
      const types = await Promise.all(names.map((name) => stage.raw.type(name)));
      return types.filter((type) => type === 'string').length;
    };
    // It would otherwise run out.
    for (const name of await stage.raw.keys('upstream-quota:*')) await stage.raw.persist(name);
    answers.pass();
    await eventually('the leases are given back', async () => (await leases()) === 0);
    const counted = async (): Promise<number> => {
      const counts = await Promise.all((await stage.raw.keys('upstream-quota:*')).map((key) => stage.raw.hkeys(key)));
      return counts.flat().filter((field) => /^\d+$/.test(field)).length;
    };
    await eventually('the quota is given back', async () => (await counted()) === 0, 8000);
  });
});

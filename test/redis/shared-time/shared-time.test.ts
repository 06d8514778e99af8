import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CLOCK_TOLERANCE_MS } from '../../../src/config/clock.ts';
import { linkedAs, openStage, type Stage } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { TestClock } from '../../support/test-clock.ts';

const KEY = 'customer-profiles:time';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});

afterEach(() => stage.close());

const agreeAgain = async (service: Service): Promise<void> => {
  service.clock.advance(1500);
  await service.http.get(stage.customer().path).expect(200);
  await settled(service);
};

const stored = (): Promise<Record<string, string>> => stage.raw.hgetall(KEY);

describe('what a process leaves of the time in Redis', () => {
  it('is left by the first one as it starts, and by later ones when they have agreed once more', async () => {
    await stage.service();
    const first = await stored();
    const later = await stage.service();
    expect(await stored()).toEqual(first);
    await agreeAgain(later);
    expect(Number((await stored()).count)).toBe(Number(first.count) + 1);
    expect(Object.keys(await stored()).sort()).toEqual(['correction', 'count', 'lost-before', 'run', 'said-last', 'seniority']); // prettier-ignore
  });

  it('is left in the place of a value of another type', async () => {
    await stage.raw.set(KEY, 'x');
    const service = await stage.service();
    await agreeAgain(service);
    expect(await stage.raw.type(KEY)).toBe('hash');
  });

  it.each(['x', ''])('has a new count in the place of one that is no number: %j', async (count) => {
    const service = await stage.service();
    await stage.raw.hset(KEY, 'count', count);
    await agreeAgain(service);
    expect(Number((await stored()).count)).toBeGreaterThan(0);
  });

  it('is no loss of data when it is gone: under an allkeys policy Redis may evict it', async () => {
    const service = await stage.service();
    await agreeAgain(service);
    await stage.raw.del(KEY);
    await agreeAgain(service);
    expect(service.log.map(({ event }) => event)).not.toContain('redis_lost_data');
  });

  it('is no loss of data for the others either, when one of them has created it again', async () => {
    const [one, other] = [await stage.service(), await stage.service()];
    for (let times = 0; times < 3; times += 1) for (const service of [one, other]) await agreeAgain(service);
    await stage.raw.flushall();
    for (const service of [one, other]) await agreeAgain(service);
    for (const { log } of [one, other]) expect(log.map(({ event }) => event)).not.toContain('redis_lost_data');
  });

  it('is no loss of data for one that had stored the time more often than the one that creates it again', async () => {
    const [seldom, often] = [await stage.service(), await stage.service()];
    await agreeAgain(seldom);
    for (let times = 0; times < 3; times += 1) await agreeAgain(often);
    await stage.raw.flushall();
    for (const service of [seldom, often]) await agreeAgain(service);
    expect(often.log.map(({ event }) => event)).not.toContain('redis_lost_data');
  });

  it('shows a loss of data by a lower count, even if an idle process asks first (E8)', async () => {
    const [busy, idle] = [await stage.service(), await stage.service()];
    await agreeAgain(idle);
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await busy.http.get(customer.path).expect(200);
    for (let times = 0; times < 5; times += 1) await agreeAgain(busy);
    await stage.raw.hset(KEY, 'count', 1);
    await agreeAgain(idle);
    await agreeAgain(busy);
    expect(busy.log.map(({ event }) => event)).toContain('redis_lost_data');
    const { headers } = await busy.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=stale;/);
  });
});

describe('a full Redis', () => {
  it('still gives the time', async () => {
    await stage.raw.config('SET', 'maxmemory-policy', 'noeviction');
    await stage.raw.config('SET', 'maxmemory', '1');
    const service = await stage.service({}, { clock: new TestClock(7_200_000) });
    const [seconds = 0] = (await stage.raw.time()).map(Number);
    expect(Math.abs(service.clock.now() - seconds * 1000)).toBeLessThan(60_000);
    expect(service.log.map(({ event }) => event)).not.toContain('time_not_agreed');
    await stage.raw.config('SET', 'maxmemory', '0');
  });
});

describe('a question that a stalled Redis answers late', () => {
  it('puts no time back: the stall is no jump of its clock', async () => {
    const service = await stage.service({ CACHE_LOCAL_SECONDS: '0', REDIS_TIMEOUT_MS: '200' }, { time: 'real' });
    const { path } = stage.customer();
    const read = async (): Promise<boolean> => (await service.http.get(path)).status === 200;
    await eventually('it has said the time', async () => (await read()) && 'said-last' in (await stored()));
    for (let stalls = 0; stalls < 2; stalls += 1) {
      const frozenAt = service.clock.monotonic();
      stage.redis.freeze();
      const isLong = (): boolean => service.clock.monotonic() - frozenAt > 2 * CLOCK_TOLERANCE_MS;
      await eventually('the stall is longer than processes differ', async () => (await read()) && isLong());
      stage.redis.thaw();
      const said = (await stored())['said-last'];
      await eventually('it says the time again', async () => (await read()) && (await stored())['said-last'] !== said);
    }
    expect(Math.abs(Number((await stored()).correction))).toBeLessThan(CLOCK_TOLERANCE_MS);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metric, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { pass, settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';

const KEYS = `batch:${'b'.repeat(32)},shop:${'s'.repeat(32)}`;
/** What a common client library adds to each request by itself. */
const TAKEOVER = 'no-cache, no-store, must-revalidate, max-age=0';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ AUTH_MODE: 'api-key', API_KEYS: KEYS, CACHE_DEMAND_CALLERS: 'batch' });
});

afterAll(() => stage.close());

async function read({ path }: StagedCustomer, caller: 'batch' | 'shop', cacheControl: string): Promise<string> {
  const { headers } = await service.http
    .get(path)
    .set({ 'x-api-key': caller.charAt(0).repeat(32), 'cache-control': cacheControl })
    .expect(200);
  return headers['cache-status'] ?? '';
}

const demands = (caller: string, outcome: string): Promise<number> =>
  metric(service, `profile_cache_demands_total{caller="${caller}",outcome="${outcome}"}`);

describe('the right to force a refetch (E26)', () => {
  it.each(['no-cache', 'max-age=0', 'min-fresh=100000', TAKEOVER])(
    'a caller who is named: %s is obeyed, counted and logged',
    async (demand) => {
      const customer = stage.customer();
      await read(customer, 'batch', '');
      await settled(service);
      await pass(1000, service);
      const before = await demands('batch', 'obeyed');
      expect(await read(customer, 'batch', demand)).toContain('fwd=request');
      expect(customer.calls().reseller).toBe(2);
      expect(await demands('batch', 'obeyed')).toBe(before + 1);
      expect(service.log.findLast(({ caller }) => caller === 'batch')).toMatchObject({ cacheDemand: 'obeyed' });
    },
  );

  it.each(['no-cache', 'max-age=0', 'min-fresh=100000', TAKEOVER])(
    'another caller: %s is ignored, counted and logged',
    async (demand) => {
      const customer = stage.customer();
      await read(customer, 'shop', '');
      await settled(service);
      await pass(1000, service);
      const before = await demands('shop', 'ignored');
      expect(await read(customer, 'shop', demand)).toContain('; hit');
      expect(customer.calls().reseller).toBe(1);
      expect(await demands('shop', 'ignored')).toBe(before + 1);
      expect(service.log.findLast(({ caller }) => caller === 'shop')).toMatchObject({ cacheDemand: 'ignored' });
    },
  );

  it('other directives apply to all callers', async () => {
    const { http } = service;
    const never = stage.customer().path;
    await http
      .get(never)
      .set({ 'x-api-key': 's'.repeat(32), 'cache-control': 'no-cache, only-if-cached' })
      .expect(504);
  });

  it('a read that fetches nothing leaves no timer behind', async () => {
    const { http, clock } = service;
    const ofRead = (ms: number): boolean => ms > 1600 && ms <= 1700;
    const path = `${stage.customer().path}&budgetMs=1700`;
    await http
      .get(path)
      .set({ 'x-api-key': 's'.repeat(32), 'cache-control': 'only-if-cached' })
      .expect(504);
    expect(clock.isSet(ofRead)).toBe(false);
  });
});

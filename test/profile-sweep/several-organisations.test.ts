import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStage, type Stage, stagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass } from '../support/passing-time.ts';
import { sandboxVariables, type Service } from '../support/service.ts';
import { ORGANISATION_IDS, startSwitchboard, type Switchboard } from '../support/switchboard.ts';
import { AS_FAST_AS_IT_CAN, LOOK_MS, sweepOf } from './sweeping.ts';

const STEP_MS = 3000;
/** More than are visited at a time. */
const CUSTOMERS_EACH = 10;

let stage: Stage;
let switchboard: Switchboard;
let service: Service;
let folder: string;

beforeAll(async () => {
  [stage, switchboard] = await Promise.all([openStage(), startSwitchboard()]);
  folder = mkdtempSync(join(tmpdir(), 'organisations-'));
  const file = join(folder, 'organisations.json');
  writeFileSync(file, switchboard.organisations);
  service = await stage.service({
    ...sandboxVariables(switchboard.url),
    ...{ REDIS_URL: stage.redis.url, ORGANISATIONS_FILE: file, BILLING_CONNECTORS: 'stripe' },

    ...{ RESELLER_API_KEY: '', RESELLER_CLIENT_SECRET: '', BILLING_API_KEY: '', BILLING_ORGANISATION: '' },
    ...{ SWEEP_INTERVAL_HOURS: '2', CACHE_LOCAL_SECONDS: '0', ...AS_FAST_AS_IT_CAN },
    // No call takes too long when time passes in steps.
    ...{ REQUEST_BUDGET_MS: '60000', RESELLER_TIMEOUT_MS: '60000', BILLING_TIMEOUT_MS: '60000' },
  });
});

afterAll(async () => {
  await stage.close();
  await switchboard.close();
  rmSync(folder, { recursive: true });
});

it('one organisation whose reseller asks for a pause does not keep the sweep from the others', async () => {
  const [paused, well] = switchboard.sandboxes;
  const linked = async (at: 0 | 1): Promise<ReturnType<typeof stagedCustomer>> => {
    const customer = stagedCustomer(switchboard.sandboxes[at]);
    await service.http
      .put(`/v1/customer-links/${customer.customerId}`)
      .set('organisation', ORGANISATION_IDS[at])
      .send({ billingCustomerId: customer.billingCustomerId })
      .expect(201);
    return customer;
  };
  for (let made = 0; made < CUSTOMERS_EACH; made += 1) await linked(0);
  const others = await Promise.all(Array.from({ length: CUSTOMERS_EACH }, () => linked(1)));
  paused.faults.set('reseller', { kind: 'status', status: 429, headers: { 'retry-after': '3600' } });

  service.clock.advance(LOOK_MS);
  await eventually('the round ends', async () => {
    const { endedAt } = await sweepOf(service);
    // In steps, between which the lease of the sweep is renewed.
    if (endedAt === null) await pass(STEP_MS, service);
    return endedAt !== null;
  });
  expect((await sweepOf(service)).customers).toMatchObject({ refreshed: CUSTOMERS_EACH, failed: CUSTOMERS_EACH });
  expect(others.map((customer) => customer.calls().reseller)).toStrictEqual(others.map(() => 1));
  expect(well.traffic.counts.bySource.reseller).toBe(CUSTOMERS_EACH);
});

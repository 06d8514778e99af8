import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '../../sandbox/credentials.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from './stage.ts';

const READ_INTERVAL_MS = 5000;
const { reseller, billing } = credentials;
const CREDENTIALS = {
  id: billing.organisation,
  resellerApiKey: reseller.apiKey,
  resellerClientSecret: reseller.clientSecret,
  billingApiKey: billing.apiKey,
};
const SINGLE = { RESELLER_API_KEY: '', RESELLER_CLIENT_SECRET: '', BILLING_API_KEY: '', BILLING_ORGANISATION: '' };

/** A call outlives the wait for the file. */
const PATIENT = { REQUEST_BUDGET_MS: '20000', RESELLER_TIMEOUT_MS: '20000' };

let stage: Stage;
let folder: string;
let files = 0;

beforeAll(async () => {
  stage = await openStage();
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
});

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

/** A service whose credentials can be changed while it runs. */
async function start(): Promise<[Service, (changed: object) => Promise<void>]> {
  files += 1;
  const file = join(folder, `organisations-${files}.json`);
  const write = (changed: object): void => {
    writeFileSync(file, JSON.stringify({ organisations: [{ ...CREDENTIALS, ...changed }] }));
  };
  write({});
  const service = await stage.service({ ...SINGLE, ORGANISATIONS_FILE: file, CACHE_LOCAL_SECONDS: '60', ...PATIENT });
  const change = async (changed: object): Promise<void> => {
    service.forgetLog();
    write(changed);
    service.clock.advance(READ_INTERVAL_MS);
    await eventually('it is read', () => service.log.some(({ event }) => event === 'organisations_file_loaded'));
  };
  return [service, change];
}

const statusOf = async ({ http }: Service, { path }: StagedCustomer): Promise<string> =>
  (await http.get(path)).headers['cache-status'] ?? '';

describe('what was fetched with credentials that were replaced while the service runs (C3):', () => {
  it.each<[what: string, changed: object]>([
    ['the client of the reseller API', { resellerApiKey: `${reseller.apiKey}-2` }],
    ['the key of the billing platform', { billingApiKey: `${billing.apiKey}-2` }],
  ])('its copy is no answer: %s', async (_what, changed) => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const [service, change] = await start();
    await statusOf(service, customer);
    await settled(service);
    expect(await statusOf(service, customer)).toMatch(/; hit;/);
    await change(changed);
    expect(await statusOf(service, customer)).not.toMatch(/; hit;/);
    await settled(service);
    await change({});
    expect(await statusOf(service, customer)).toMatch(/; hit;/);
  });

  it('a fetch in progress is not joined', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const [service, change] = await start();
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const before = statusOf(service, customer);
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
    await change({ billingApiKey: `${billing.apiKey}-2` });
    const after = statusOf(service, customer);
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 2);
    stage.sandbox.faults.clear();
    await Promise.all([before, after]);
    await settled(service);
  });

  it('a fetch in progress is not stored for later reads', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const [service, change] = await start();
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const before = statusOf(service, customer);
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
    await change({ billingApiKey: `${billing.apiKey}-2` });
    stage.sandbox.faults.clear();
    await before;
    await settled(service);
    expect(await statusOf(service, customer)).toMatch(/; fwd=miss;/);
    await settled(service);
  });
});

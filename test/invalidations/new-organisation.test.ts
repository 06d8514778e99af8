import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '../../sandbox/credentials.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { heardEachOther } from './invalidating.ts';

const READ_INTERVAL_MS = 5000;
const [NEW, ALSO_NEW] = [randomUUID(), randomUUID()];
const folder = mkdtempSync(join(tmpdir(), 'new-organisation-'));
const file = join(folder, 'organisations.json');
const SINGLE = ['RESELLER_API_KEY', 'RESELLER_CLIENT_SECRET', 'BILLING_API_KEY', 'BILLING_ORGANISATION'];

let stage: Stage;
let service: Service;
let other: Service;

const put = (...ids: readonly string[]): void => {
  const { reseller, billing } = credentials;
  const rest = {
    resellerApiKey: reseller.apiKey,
    resellerClientSecret: reseller.clientSecret,
    billingApiKey: billing.apiKey,
  };
  writeFileSync(file, JSON.stringify({ organisations: ids.map((id) => ({ id, ...rest })) }));
};

beforeAll(async () => {
  put(credentials.billing.organisation);
  stage = await openStage();
  const several = Object.fromEntries(SINGLE.map((name) => [name, '']));
  [service, other] = await stage.pair({ ...several, ORGANISATIONS_FILE: file, CACHE_LOCAL_SECONDS: '60' });
});

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

it('an organisation that is added while processes run is invalidated in all of them, and no other one is', async () => {
  const untouched = [credentials.billing.organisation, ALSO_NEW];
  put(...untouched, NEW);
  service.clock.advance(READ_INTERVAL_MS);
  for (const { log } of [service, other])
    await eventually('the file is read', () => log.some(({ event }) => event === 'organisations_file_loaded'));
  const { unlinkedPath } = stage.customer();
  const read = async (by: Service, organisation: string): Promise<string> => {
    const { headers } = await by.http.get(unlinkedPath).set({ organisation }).expect(200);
    await settled(by);
    return headers['cache-status'] ?? '';
  };
  for (const organisation of [NEW, ...untouched])
    for (const by of [service, other, service, other]) await read(by, organisation);
  expect(await read(other, NEW)).toMatch(/hit.*detail=local$/);
  await service.http
    .post('/v1/invalidations')
    .set({ organisation: NEW })
    .send({ organisation: true, mode: 'refetch' })
    .expect((answer) => {
      expect(answer.status).toBeLessThan(300);
    });
  await heardEachOther(service, other);
  for (const organisation of untouched) expect(await read(other, organisation)).toMatch(/hit.*detail=local$/);
  expect(await read(other, NEW)).toContain('fwd=miss');
});

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '../../sandbox/credentials.ts';
import { Cooldowns } from '../../src/upstream/cooldowns.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { PATIENT_REDIS, resellerOnly } from './reading.ts';

const ORGANISATIONS = [credentials.billing.organisation, 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4'] as const;
const QUOTA = 10;
const folder = mkdtempSync(join(tmpdir(), 'one-client-'));
const file = join(folder, 'organisations.json');

let stack: Stack;
let service: Service;

beforeAll(() => {
  const { apiKey: resellerApiKey, clientSecret: resellerClientSecret } = credentials.reseller;
  const rest = { resellerApiKey, resellerClientSecret, billingApiKey: credentials.billing.apiKey };
  writeFileSync(file, JSON.stringify({ organisations: ORGANISATIONS.map((id) => ({ id, ...rest })) }));
});

beforeEach(async () => {
  stack = await startStack();
  service = await stack.start({
    ...PATIENT_REDIS,
    ...{ RESELLER_API_KEY: '', RESELLER_CLIENT_SECRET: '', BILLING_API_KEY: '', BILLING_ORGANISATION: '' },
    ORGANISATIONS_FILE: file,
    RESELLER_QUOTA_CALLS: String(QUOTA),
    REQUEST_BUDGET_MS: '2000',
  });
});

afterEach(async () => {
  await service.close();
  await stack.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** So many cold reads at once, by turns of both organisations. */
const read = async (count: number): Promise<readonly number[]> => {
  const answers = resellerOnly(stack, count).map((path, at) =>
    service.http.get(path).set('organisation', ORGANISATIONS[at % 2 ? 0 : 1]),
  );
  return (await Promise.all(answers)).map(({ status }) => status);
};

it('two organisations with one client of the reseller share its quota and its token (U6)', async () => {
  const statuses = await read(2 * QUOTA);
  expect(statuses.filter((status) => status === 200)).toHaveLength(QUOTA);
  expect(stack.sandbox.traffic.counts.bySource).toMatchObject({ reseller: QUOTA, token: 1 });
});

it('a cooldown of one of them applies to the other (U6)', async () => {
  stack.sandbox.faults.set('reseller', { kind: 'status', status: 429, headers: { 'Retry-After': '60' } });
  expect(await read(1)).toEqual([503]);
  stack.sandbox.faults.clear();
  service.clock.advance(1000);
  const [, path = ''] = resellerOnly(stack, 2);
  const answer = await service.http.get(path).set('organisation', ORGANISATIONS[0]);
  expect(answer.status).toBe(503);
  expect(stack.sandbox.traffic.counts.bySource.reseller).toBe(1);
});

it('a cooldown of the billing platform holds for the organisation that met it alone', () => {
  const cooldowns = service.app.get(Cooldowns, { strict: false });
  const met = { upstream: 'billing', organisation: ORGANISATIONS[0] } as const;
  const other = { ...met, organisation: ORGANISATIONS[1] };
  cooldowns.start(met, 60_000);
  expect([cooldowns.ownRemainingMs(met), cooldowns.ownRemainingMs(other)]).toStrictEqual([60_000, 0]);
});

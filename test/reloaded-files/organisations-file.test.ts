import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '../../sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { metric } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const PROFILE = '/v1/customer-profiles/9876543210';
const READ_INTERVAL_MS = 5000;
const ONE = credentials.billing.organisation;
const OTHER = 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4';
const SINGLE = ['RESELLER_API_KEY', 'RESELLER_CLIENT_SECRET', 'BILLING_API_KEY', 'BILLING_ORGANISATION'];

let sandbox: Sandbox;
let service: Service;
let folder: string;
let file: string;

const entry = (id: string, more: object = {}): object => ({
  id,
  resellerApiKey: credentials.reseller.apiKey,
  resellerClientSecret: credentials.reseller.clientSecret,
  billingApiKey: credentials.billing.apiKey,
  ...more,
});
const contentOf = (...organisations: readonly object[]): string => JSON.stringify({ organisations });

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'organisations-'));
  mkdirSync(join(folder, 'first'));
  writeFileSync(join(folder, 'first', 'organisations.json'), contentOf(entry(ONE)));
  symlinkSync('first', join(folder, 'current'));
  file = join(folder, 'current', 'organisations.json');
  const several = Object.fromEntries(SINGLE.map((name) => [name, '']));
  service = await startService(sandboxVariables(sandbox.url, { ...several, ORGANISATIONS_FILE: file }));
});

afterEach(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

afterAll(() => sandbox.close());

const statusFor = async (organisation: string): Promise<number> =>
  (await service.http.get(PROFILE).set({ organisation, 'cache-control': 'no-cache' })).status;

/** Five seconds pass, and the file is read again. */
async function later(event: string): Promise<void> {
  const before = service.log.length;
  service.clock.advance(READ_INTERVAL_MS);
  await eventually(event, () => service.log.slice(before).some((line) => line.event === event));
}

it('takes organisations in, and drops them, when a link to the file is swapped as a whole', async () => {
  expect(await statusFor(OTHER)).toBe(403);
  mkdirSync(join(folder, 'second'));
  writeFileSync(join(folder, 'second', 'organisations.json'), contentOf(entry(ONE), entry(OTHER)));
  symlinkSync('second', join(folder, 'next'));
  renameSync(join(folder, 'next'), join(folder, 'current'));
  await later('organisations_file_loaded');
  expect([await statusFor(ONE), await statusFor(OTHER)]).toEqual([200, 200]);
  // There are two now, so a request must name one.
  await service.http.get(PROFILE).expect(400);
  writeFileSync(file, contentOf(entry(OTHER)));
  await later('organisations_file_loaded');
  expect([await statusFor(ONE), await statusFor(OTHER)]).toEqual([403, 200]);
  await service.http.get(PROFILE).expect(200);
});

it('uses new credentials from the next call on', async () => {
  writeFileSync(file, contentOf(entry(ONE, { resellerApiKey: 'a-key-that-is-not-valid' })));
  await later('organisations_file_loaded');
  expect(await statusFor(ONE)).toBe(502);
  writeFileSync(file, contentOf(entry(ONE)));
  await later('organisations_file_loaded');
  expect(await statusFor(ONE)).toBe(200);
});

it('changes nothing when it cannot be used: the log names every place once, metric and health show it', async () => {
  writeFileSync(file, contentOf(entry('zq-no-uuid'), entry(ONE, { billingApiKey: '' })));
  await later('organisations_file_refused');
  const [line] = service.log.filter(({ event }) => event === 'organisations_file_refused');
  expect(line?.detail).toContain('organisations[0].id');
  expect(line?.detail).toContain('organisations[1].billingApiKey');
  expect(JSON.stringify(line)).not.toContain('zq-no-uuid');
  expect(await statusFor(ONE)).toBe(200);
  expect(await metric(service, 'organisations_file_failed')).toBe(1);
  const { body } = await service.http.get('/health/dependencies').expect(200);
  expect(body).toMatchObject({ organisationsFile: { refused: true }, callersFile: null });
  service.clock.advance(READ_INTERVAL_MS);
  rmSync(file);
  await later('organisations_file_refused');
  expect(service.log.filter(({ event }) => event === 'organisations_file_refused')).toHaveLength(2);
  expect(await statusFor(ONE)).toBe(200);
});

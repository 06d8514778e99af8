import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERASURE_VARIABLES, ERASURES, keysThatName, type Receipt } from '../../customer-erasures/erasing.ts';
import { linkedAs, type StagedCustomer, stagedCustomer } from '../../profile-cache/stage.ts';
import { type Fleet, type Member, startFleet } from '../../system/fleet/fleet.ts';

const IMPORT = '/v1/customer-links/import';

let fleet: Fleet;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'erasures-'));
  // An erasure waits as long as a read may take, and so long for Redis.
  const short = { REQUEST_BUDGET_MS: '1000', CACHE_LOCAL_SECONDS: '1', REDIS_TIMEOUT_MS: '2000' };
  fleet = await startFleet(3, { ...ERASURE_VARIABLES, ...short });
});

afterAll(async () => {
  await fleet.close();
  rmSync(folder, { recursive: true });
});

const send = (member: Member, method: string, path: string, body: object): Promise<Response> =>
  fetch(member.url + path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

async function eraseBy(member: Member, { customerId }: StagedCustomer): Promise<Receipt> {
  const answer = await send(member, 'POST', ERASURES, { customerId });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Receipt;
}

/** Runs every kind of write for a customer in every process until it is stopped. Resolves when all have ended. */
function storm(customers: readonly StagedCustomer[]): { readonly end: () => Promise<void> } {
  const state = { isEnding: false };
  const loop = async (once: () => Promise<unknown>): Promise<void> => {
    while (!state.isEnding) await once();
  };
  const loops = fleet.members.flatMap((member) =>
    customers.flatMap((customer) => {
      const { customerId, billingCustomerId, path, unlinkedPath } = customer;
      const link = `/v1/customer-links/${customerId}`;
      const line = `${JSON.stringify({ customerId, billingCustomerId })}\n`;
      const headers = { 'content-type': 'application/x-ndjson' };
      return [
        loop(() => member.read(path, { 'cache-control': 'no-cache' })),
        loop(() => member.read(unlinkedPath, { 'cache-control': 'max-age=0' })),
        loop(async () => (await fetch(member.url + IMPORT, { method: 'POST', headers, body: line })).text()),
        loop(async () => (await send(member, 'PUT', link, { billingCustomerId })).text()),
        loop(async () => (await fetch(member.url + link, { method: 'DELETE' })).text()),
        loop(async () => (await fetch(`${member.url}${unlinkedPath}/cache`, { method: 'DELETE' })).text()),
      ];
    }),
  );
  return {
    end: async () => {
      state.isEnding = true;
      await Promise.all(loops);
    },
  };
}

/** Nothing names these customers but their `erased` events, and no process answers with them. */
async function expectGone(customers: readonly StagedCustomer[]): Promise<void> {
  for (const { customerId, billingCustomerId, path } of customers) {
    const statuses = await Promise.all(fleet.members.map(async (member) => (await member.read(path)).status));
    expect(statuses).toStrictEqual([410, 410, 410]);
    expect(await keysThatName(fleet.raw, customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
    expect(await keysThatName(fleet.raw, billingCustomerId)).toStrictEqual([]);
  }
}

it('customers who are erased in a storm of forced reads, imports and changes of links stay erased, in three processes', async () => {
  const customers = [1, 2].map((number) => stagedCustomer(fleet.sandbox, { stripe: linkedAs(`cus_storm_${number}`) }));
  const { end } = storm(customers);
  const [first, second] = fleet.members as [Member, Member];
  const [one, two] = customers as [StagedCustomer, StagedCustomer];
  const receipts = await Promise.all([eraseBy(first, one), eraseBy(second, two)]);
  expect(receipts.map(({ status }) => status)).toStrictEqual(['completed', 'completed']);
  // While it goes on: whatever began before the receipt has been answered or refused.
  const reads = customers.flatMap(({ path }) => fleet.members.map((member) => member.read(path)));
  for (const { status } of await Promise.all(reads)) expect(status).toBe(410);
  await end();
  await expectGone(customers);
  const lines = fleet.members.flatMap(({ process }) => process.log).filter(({ name }) => name !== 'audit');
  for (const { customerId, billingCustomerId } of customers)
    for (const id of [customerId, billingCustomerId])
      expect(lines.filter((line) => JSON.stringify(line).includes(id))).toStrictEqual([]);
}, 120_000);

describe('receipts', () => {
  const run = async (tool: string, ...args: readonly string[]): Promise<{ code: number; output: string }> => {
    const [member] = fleet.members as [Member];
    const env = { ...process.env, SERVICE: member.url };
    const child = spawn(process.execPath, [`tools/${tool}.ts`, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  };

  it('are verified offline, and erase the customers again whom a restored Redis has brought back', async () => {
    const [member] = fleet.members as [Member];
    const customer = stagedCustomer(fleet.sandbox, { stripe: linkedAs('cus_restored') });
    const { customerId, billingCustomerId, unlinkedPath } = customer;
    await send(member, 'PUT', `/v1/customer-links/${customerId}`, { billingCustomerId });
    expect((await member.read(unlinkedPath)).status).toBe(200);
    const backup = new Map<string, Buffer>();
    for (const name of await fleet.raw.keys('*')) {
      // What ends within a moment, such as a lease, is gone when it is asked for.
      const dump = (await fleet.raw.dumpBuffer(name)) as Buffer | null;
      if (dump !== null && !name.includes(':lease:')) backup.set(name, dump);
    }
    const receipt = await eraseBy(member, customer);
    const keys = await (await fetch(`${member.url}/.well-known/customer-erasure-keys.json`)).text();
    writeFileSync(join(folder, 'customer-erasure-keys.json'), keys);
    const file = join(folder, 'receipt.json');
    writeFileSync(file, JSON.stringify(receipt));
    expect(await run('verify-receipt', file)).toMatchObject({
      code: 0,
      output: expect.stringContaining('valid, request'),
    });
    const forged = join(folder, 'forged.json');
    writeFileSync(forged, JSON.stringify({ ...receipt, customerId: '1234567890' }));
    expect(await run('verify-receipt', forged)).toMatchObject({
      code: 1,
      output: expect.stringContaining('not valid'),
    });
    rmSync(forged);

    await fleet.raw.flushall();
    for (const [name, dump] of backup) await fleet.raw.restore(name, 0, dump, 'REPLACE');
    expect((await member.read(unlinkedPath)).status).toBe(200);
    expect(await run('reapply-erasures', folder)).toStrictEqual({ code: 0, output: '1 of 1 erased again\n' });
    await expectGone([customer]);
  }, 120_000);
});

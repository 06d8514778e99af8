import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { resource } from '../../sandbox/customers/making.ts';
import { linkedAs, sourceOf, type StagedCustomer, stagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { type Fleet, type Member, startFleet } from '../system/fleet/fleet.ts';

let fleet: Fleet;
let first: Member;

beforeAll(async () => {
  // Long-lived copies: a process that misses an invalidation answers with them.
  fleet = await startFleet(3, { CACHE_LOCAL_SECONDS: '60', BILLING_CONNECTORS: 'stripe' });
  [first] = fleet.members as [Member];
});

afterAll(() => fleet.close());

function setVersion({ customerId, billingCustomerId }: StagedCustomer, version: number): void {
  fleet.sandbox.customers.put({
    slug: `version-${version}-${customerId}`,
    about: 'The same customer with other values.',
    billingCustomerId,
    resource: resource(customerId, `Ravensworth ${version}`),
    connectors: { stripe: linkedAs(`cus_${version}`) },
  });
}
/** A customer whom each of the processes has a copy of. */
async function copiedBy(members: readonly Member[]): Promise<StagedCustomer> {
  const customer = stagedCustomer(fleet.sandbox);
  setVersion(customer, 1);
  await first.read(customer.path);
  await eventually('it is in Redis', async () => (await fleet.kept(customer))?.response != null);
  for (const member of members) await member.read(customer.path);
  setVersion(customer, 2);
  return customer;
}
async function invalidate(body: object): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  expect((await fetch(`${first.url}/v1/invalidations`, init)).status).toBe(202);
}
const showsVersion = async (member: Member, { path }: StagedCustomer, text: string): Promise<boolean> =>
  (await member.read(path)).text.includes(text);

describe('an invalidation in one process', () => {
  it.each([
    ['a customer', ({ customerId }: StagedCustomer) => ({ customerIds: [customerId] }), ['Ravensworth 2', 'cus_2']],
    ['a billing customer', ({ billingCustomerId }: StagedCustomer) => ({ billingCustomerId }), ['cus_2']],
    ['a source', () => ({ source: 'reseller', mode: 'refetch' }), ['Ravensworth 2']],
    ['a source, softly', () => ({ source: 'stripe' }), ['cus_2']],
    ['the organisation', () => ({ organisation: true, mode: 'refetch' }), ['Ravensworth 2', 'cus_2']],
  ])('of %s reaches the copies of all processes', async (_subject, bodyOf, texts) => {
    const customer = await copiedBy(fleet.members);
    for (const member of fleet.members) expect(await showsVersion(member, customer, 'Ravensworth 1')).toBe(true);
    await invalidate(bodyOf(customer));
    for (const member of fleet.members)
      for (const text of texts) await eventually(`${text} is answered`, () => showsVersion(member, customer, text));
  });
});

describe('a process that is cut off from Redis', () => {
  it.each(['stale', 'refuse'] as const)(
    'learns of an invalidation when it is back, with CACHE_DISCONNECTED_MODE=%s',
    async (mode) => {
      const proxy = await startTcpProxy(fleet.redis.port);
      const port = Number(new URL(proxy.url).port);
      const cutOff = await fleet.join({
        REDIS_URL: `redis://127.0.0.1:${port}`,
        CACHE_DISCONNECTED_MODE: mode,
        CACHE_DISCONNECTED_SECONDS: '1',
      });
      const customer = await copiedBy([cutOff]);
      await proxy.close();
      await invalidate({ customerIds: [customer.customerId] });
      await eventually('the others have the new value', () => showsVersion(first, customer, 'Ravensworth 2'));
      // With `only-if-cached` it shows what it knows: nothing that it calls fresh.
      fleet.sandbox.faults.set('reseller', { kind: 'status', status: 503 });
      await eventually('it knows that it is cut off', async () => {
        const { status, text } = await cutOff.read(customer.path);
        if (mode === 'refuse') return status === 503;
        expect(status).toBe(200);
        return sourceOf(JSON.parse(text), 'reseller')?.stale === true;
      });
      fleet.sandbox.faults.clear();
      const again = await startTcpProxy(fleet.redis.port, port);
      await eventually('it has the new value', async () => {
        const { status, text } = await cutOff.read(customer.path);
        if (status === 200 && text.includes('Ravensworth 1'))
          expect(sourceOf(JSON.parse(text), 'reseller')?.stale).toBe(true);
        return status === 200 && text.includes('Ravensworth 2') && text.includes('cus_2');
      });
      cutOff.process.signal('SIGKILL');
      await again.close();
    },
  );
});

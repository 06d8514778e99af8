import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CLOCK_SKEW_MS } from '../../src/config/clock.ts';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import {
  linkedAs,
  metric,
  openStage,
  type ReadProfile,
  type Stage,
  type StagedCustomer,
} from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass, settled } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair();
});

afterEach(async () => {
  stage.sandbox.faults.clear();
  await Promise.all([settled(service), settled(other)]);
});

afterAll(() => stage.close());

const COLLAPSED = 'profile_cache_collapsed_reads_total';
const FOLLOWED = 'profile_cache_leases_total{outcome="followed"}';

/** In Redis time passes: its leases are to last until they are given back. @returns those that have not run out before */
async function keepLeases(): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const key of await stage.raw.keys('*:lease:*')) if ((await stage.raw.persist(key)) === 1) kept.push(key);
  return kept;
}

interface Read {
  readonly name: string;
  readonly cacheStatus: string;
}

async function read({ http }: Service, path: string, headers: Record<string, string> = {}): Promise<Read> {
  const { body, headers: answered } = await http.get(path).set(headers).expect(200);
  return { name: (body as ReadProfile & { name: string }).name, cacheStatus: answered['cache-status'] ?? '' };
}

/** A read whose call to the reseller has been answered with the old name, and not been delivered yet. */
async function oldReadUnderWay(from: Service, customer: StagedCustomer): Promise<{ readonly old: Promise<Read> }> {
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const old = read(from, customer.path);
  await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
  return { old };
}

/** Such a read whose lease is kept. On a slow machine it may have run out by then: another customer is read. */
async function leasedReadUnderWay(
  from: Service,
): Promise<{ readonly customer: StagedCustomer; readonly old: Promise<Read> }> {
  for (;;) {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const { old } = await oldReadUnderWay(from, customer);
    const isOurs = (lease: string): boolean => lease.includes(customer.customerId) && lease.endsWith('/reseller');
    if ((await keepLeases()).some(isOurs)) return { customer, old };
    stage.sandbox.faults.clear();
    await old;
  }
}

describe('a flight that was sent before an invalidation', () => {
  it.each([
    ['the same process', () => service],
    ['another process', () => other],
  ])('does not answer a read that comes after it, in %s (W1)', async (_where, reader) => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const { old } = await oldReadUnderWay(service, customer);
    await reader().http.delete(`${customer.unlinkedPath}/cache`).expect(204);
    const later = read(reader(), customer.path);
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 2);
    stage.rename(customer, 'Ravensworth Renamed', { stripe: linkedAs('cus_1') });
    stage.sandbox.faults.clear();
    await Promise.all([old, later]);
    await Promise.all([settled(service), settled(other)]);
    expect((await read(reader(), customer.path)).cacheStatus).toContain('; hit; ');
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2 });
  });
});

describe('a flight that was sent before a read with no-cache came', () => {
  it.each([
    ['the same process', () => service],
    ['another process', () => other],
  ])('does not answer it, in %s (W2)', async (_where, reader) => {
    const { customer, old } = await leasedReadUnderWay(service);
    service.clock.advance(1);
    const followed = await metric(reader(), FOLLOWED);
    const fresh = read(reader(), customer.path, { 'cache-control': 'no-cache' });
    await eventually('it waits for the fetch', async () => (await metric(reader(), FOLLOWED)) > followed);
    await keepLeases();
    stage.sandbox.faults.clear();
    await old;
    expect((await fresh).cacheStatus).toContain('fwd-status=200');
    expect(customer.calls()).toMatchObject({ reseller: 2 });
  });

  it('does not answer it from another process whose clock is ahead by as much as clocks that agree may be (W2)', async () => {
    const ahead = await stage.service({}, { clock: new TestClock() });
    await pass(Math.max(0, ahead.clock.now() - service.clock.now() - CLOCK_SKEW_MS + 20), service);
    expect(ahead.clock.now() - service.clock.now()).toBeLessThan(CLOCK_SKEW_MS);
    const { customer, old } = await leasedReadUnderWay(ahead);
    service.clock.advance(10);
    const followed = await metric(service, FOLLOWED);
    const fresh = read(service, customer.path, { 'cache-control': 'no-cache' });
    await eventually('it waits for the fetch', async () => (await metric(service, FOLLOWED)) > followed);
    await keepLeases();
    stage.sandbox.faults.clear();
    await old;
    expect((await fresh).cacheStatus).toContain('fwd-status=200');
    expect(customer.calls()).toMatchObject({ reseller: 2 });
    await ahead.close();
  });

  it('is joined by the reads of the same moment: one call for a crowd', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await read(service, customer.path);
    await pass(1000, service);
    const headers = { 'cache-control': 'no-cache' };
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const before = await metric(service, COLLAPSED);
    const crowd = Array.from({ length: 50 }, () => read(service, customer.path, headers));
    await eventually('all but one have joined', async () => (await metric(service, COLLAPSED)) === before + 49);
    stage.sandbox.faults.clear();
    await Promise.all(crowd);
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2 });
  });
});

describe('two refreshes that each fetch what the other waits for', () => {
  it('both end: no lease is held while another process is waited for', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1'), xero: linkedAs('xero-1') });
    for (const source of ['stripe', 'xero'] as const) stage.sandbox.faults.set(source, { kind: 'hold' });
    const { unlinkedPath, billingCustomerId } = customer;
    const path = (connectors: string): string =>
      `${unlinkedPath}/connectors?billingCustomerId=${billingCustomerId}&connectors=${connectors}`;
    const narrow = [service.http.get(path('stripe')), other.http.get(path('xero'))].map((one) => one.then((answer) => answer)); // prettier-ignore
    await stage.sandbox.traffic.until(() => customer.requests().length === 2);
    await keepLeases();
    const before = await Promise.all([service, other].map((one) => metric(one, FOLLOWED)));
    const wide = [service, other].map(({ http }) => http.get(path('stripe,xero')).then((answer) => answer));
    await eventually('each waits for the other', async () => {
      const now = await Promise.all([service, other].map((one) => metric(one, FOLLOWED)));
      return now.every((count, index) => count > (before[index] ?? 0));
    });
    stage.sandbox.faults.clear();
    for (const { status } of await Promise.all([...narrow, ...wide])) expect(status).toBe(200);
    expect(customer.calls()).toEqual({ stripe: 1, xero: 1 });
  });
});

describe('a fetch', () => {
  const stripeOf = ({ unlinkedPath, billingCustomerId }: StagedCustomer): string =>
    `${unlinkedPath}/connectors/stripe?billingCustomerId=${billingCustomerId}`;

  it('is kept for the callers who stay, when the one who began it has left', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    const leaver = new AbortController();
    const left = fetch(service.url + customer.path, { signal: leaver.signal }).catch(() => 'left');
    await stage.sandbox.traffic.until(() => customer.requests().length === 12);
    const collapsed = await metric(service, COLLAPSED);
    const staying = fetch(service.url + stripeOf(customer));
    await eventually('it joins', async () => (await metric(service, COLLAPSED)) > collapsed);
    leaver.abort();
    await left;
    await eventually('the service has seen it', () => service.log.some(({ event }) => event === 'caller_left'));
    stage.sandbox.faults.clear();
    expect((await staying).status).toBe(200);
    await settled(service);
    const { headers } = await service.http.get(stripeOf(customer)).expect(200);
    expect(headers['cache-status']).toContain('; hit; ');
    expect(customer.calls()).toMatchObject({ stripe: 1 });
  });

  it('is written although another source hangs: other processes read it', async () => {
    const customer = stage.customer({ xero: linkedAs('xero-1') });
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    const held = read(service, customer.path);
    await stage.sandbox.traffic.until(
      () => customer.requests().filter(({ status }) => status !== 'none').length === 11,
    );
    await eventually('the others are written', async () => {
      if (service.clock.isSet((ms) => ms === BATCH_MS)) service.clock.advance(BATCH_MS);
      const key = await stage.keyOf(customer).catch(() => 'none');
      return (await stage.raw.hexists(key, `${stage.scope}reseller`)) === 1;
    });
    expect(customer.requests().find(({ source }) => source === 'stripe')).toMatchObject({
      status: 'none',
      aborted: false,
    });
    const path = `${customer.unlinkedPath}/connectors/xero?billingCustomerId=${customer.billingCustomerId}`;
    const { body } = await other.http.get(path).expect(200);
    expect(body).toMatchObject({ connector_name: 'xero', reference_id: 'xero-1' });
    stage.sandbox.faults.clear();
    await held;
    expect(customer.calls()).toMatchObject({ xero: 1 });
  });

  it('that began before an invalidation is not written, also when the cache was read again since', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    const first = other.http.get(stripeOf(customer)).then((answer) => answer);
    await stage.sandbox.traffic.until(() => customer.calls().stripe === 1);
    // It fetches the reseller's part, and waits for the other process's link and stripe.
    const second = read(service, customer.path);
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
    stage.rename(customer, 'Ravensworth Renamed', { stripe: linkedAs('cus_1') });
    await service.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
    stage.sandbox.faults.clear();
    await Promise.all([first, second]);
    await Promise.all([settled(service), settled(other)]);
    expect((await read(other, customer.path)).name).toBe('Ravensworth Renamed');
  });
});

describe('without Redis', () => {
  it('concurrent refreshes of one customer keep each other’s parts', async () => {
    const alone = await startService(sandboxVariables(stage.sandbox.url));
    const customer = stage.customer({ stripe: linkedAs('cus_1'), xero: linkedAs('xero-1') });
    stage.sandbox.faults.set('xero', { kind: 'hold' });
    const slow = alone.http.get(`${customer.unlinkedPath}/connectors/xero?billingCustomerId=${customer.billingCustomerId}`).then((answer) => answer); // prettier-ignore
    await stage.sandbox.traffic.until(() => customer.calls().xero === 1);
    await alone.http.get(`${customer.path}&connectors=stripe`).expect(200);
    stage.sandbox.faults.clear();
    await slow;
    await settled(alone);
    const { headers } = await alone.http.get(`${customer.path}&connectors=stripe,xero`).expect(200);
    expect(headers['cache-status']).toContain('; hit; ');
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 1, xero: 1 });
    await alone.close();
  });
});

describe('a changed link', () => {
  it('costs the link alone: with the reseller away the profile is still answered (L1)', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const next = stage.customer({ stripe: linkedAs('cus_2') });
    const link = `/v1/customer-links/${customer.customerId}`;
    const put = (billingCustomerId: string) => service.http.put(link).send({ billingCustomerId });
    await put(customer.billingCustomerId).expect(201);
    await read(service, customer.unlinkedPath);
    await settled(service);
    await put(next.billingCustomerId).expect(200);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 503 });
    const { body } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(body).toMatchObject({ billingCustomerId: next.billingCustomerId, complete: true });
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 1 });
    await settled(service);
    // And back: the first billing customer's connectors are cached still.
    await put(customer.billingCustomerId).expect(200);
    await read(service, customer.unlinkedPath);
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 1 });
  });
});

describe('the reseller’s part', () => {
  it('is one for all links that requests name (X1)', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const links = [1, 2, 3].map(() => stage.customer({ stripe: linkedAs('cus_2') }).billingCustomerId);
    await read(service, customer.unlinkedPath);
    for (const id of links) await read(service, `${customer.unlinkedPath}?billingCustomerId=${id}`);
    expect(customer.calls()).toEqual({ reseller: 1 });
  });
});

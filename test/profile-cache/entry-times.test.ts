import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Part } from '../../src/profile-cache/part.ts';
import { pass, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';
import { keptCustomer } from './kept-customer.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from './stage.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ CACHE_LOCAL_SECONDS: '0' });
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

async function parts(customer: StagedCustomer): Promise<Record<string, Part>> {
  const entry = await keptCustomer(stage.raw, customer);
  if (!entry) throw new Error('nothing is kept');
  return { ...entry.parts };
}

/** The cached parts after a read and after the refresh it may begin. */
async function read(customer: StagedCustomer): Promise<Record<string, Part>> {
  await service.http.get(customer.path).expect(200);
  await settled(service);
  return parts(customer);
}

describe('the times of a part in Redis', () => {
  it('say since when it has been so, and when it was last asked for', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const first = await read(customer);
    await pass(400_000, service);
    const again = await read(customer);
    expect(again.stripe?.changedAt).toBe(first.stripe?.changedAt);
    expect(again.stripe?.fetchedAt).toBe((first.stripe?.fetchedAt ?? 0) + 400_000);
    expect(again.stripe?.checkedAt).toBe(again.stripe?.fetchedAt);
    expect(again.reseller?.changedAt).toBe(first.reseller?.changedAt);
  });

  it('say that it has changed, and since when', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_old') });
    const first = await read(customer);
    const { customerId, billingCustomerId } = customer;
    stage.sandbox.customers.put({
      slug: `relinked-${customerId}`,
      about: 'The same customer, linked otherwise.',
      billingCustomerId,
      resource: { customerId },
      connectors: { stripe: linkedAs('cus_new') },
    });
    await pass(400_000, service);
    const again = await read(customer);
    expect(again.stripe?.value).toMatchObject({ referenceId: 'cus_new' });
    expect(again.stripe?.changedAt).toBe(again.stripe?.fetchedAt);
    expect(again.stripe?.changedAt).toBe((first.stripe?.changedAt ?? 0) + 400_000);
  });

  it('are fixed when it is fetched: neither reads nor the refresh of others move them', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_2') });
    const first = await read(customer);
    expect(await read(customer)).toEqual(first);
    await pass(400_000, service);
    const again = await read(customer);
    expect(again.stripe).not.toEqual(first.stripe);
    for (const source of ['adyen', 'xero', 'netsuite', 'dealhub']) expect(again[source]).toEqual(first[source]);
  });
});

describe('a part whose source fails', () => {
  it('keeps its value and its times, with the failure beside them, and leaves every other part alone', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_3'), xero: linkedAs('xero-3') });
    const first = await read(customer);
    await pass(400_000, service);
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 501 });
    const again = await read(customer);
    expect(again.stripe).toEqual({
      ...first.stripe,
      checkedAt: again.stripe?.checkedAt,
      failure: {
        state: 'upstream_error',
        status: 501,
        reason: 'status 501',
        attempts: 1,
        at: again.stripe?.checkedAt,
        retryAt: (again.stripe?.checkedAt ?? 0) + 10_000,
      },
    });
    expect(again.stripe?.checkedAt).toBe((first.stripe?.fetchedAt ?? 0) + 400_000);
    expect(again.adyen).toEqual(first.adyen);
    expect(again.xero).toMatchObject({ state: 'linked', failure: null, changedAt: first.xero?.changedAt });
    expect((again.xero?.freshUntil ?? 0) - (again.xero?.fetchedAt ?? 0)).toBeGreaterThanOrEqual(270_000);
    expect(again.reseller).toMatchObject({ state: 'ok', failure: null });
  });
});

describe('two refreshes of different sources at once', () => {
  it('are both kept: each writes its own parts', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_4'), xero: linkedAs('xero-4') });
    for (const name of ['stripe', 'xero'] as const) stage.sandbox.faults.set(name, { kind: 'hold' });
    const query = `billingCustomerId=${customer.billingCustomerId}`;
    const reads = ['stripe', 'xero'].map((name) =>
      fetch(`${service.url}${customer.unlinkedPath}/connectors/${name}?${query}`),
    );
    await stage.sandbox.traffic.until(() => customer.requests().length === 2);
    stage.sandbox.faults.clear();
    expect((await Promise.all(reads)).map(({ status }) => status)).toEqual([200, 200]);
    expect(customer.calls()).toEqual({ stripe: 1, xero: 1 });
    await settled(service);
    expect(Object.keys(await parts(customer))).toEqual(expect.arrayContaining(['stripe', 'xero']));
  });
});

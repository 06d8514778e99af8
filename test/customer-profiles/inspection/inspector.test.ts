import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Metrics } from '../../../src/telemetry/metrics.ts';
import { linkedAs, metric, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { pass, settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ INSPECT_ONE_IN: '1', BILLING_CONNECTORS: 'stripe' });
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

const inspections = (outcome: string): Promise<number> =>
  metric(service, `profile_inspections_total{outcome="${outcome}"}`);
const value = (source: string, group: string, verdict: string): Promise<number> =>
  metric(service, `profile_inspected_values_total{source="${source}",group="${group}",verdict="${verdict}"}`);

/** Read once, and not a hit. */
async function cached(): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  await service.http.get(customer.path).expect(200);
  await stage.kept(customer);
  // A part that has just been fetched is not older than the answer.
  await pass(1000, service);
  return customer;
}
/** What the next hit is found to be. */
async function inspected({ path }: StagedCustomer, outcome: string): Promise<string> {
  const before = await inspections(outcome);
  const { text } = await service.http.get(path).expect(200);
  await eventually(`an answer was inspected: ${outcome}`, async () => (await inspections(outcome)) === before + 1);
  return text;
}

describe('an inspected answer', () => {
  it('that says what its sources say is right', async () => {
    const customer = await cached();
    const before = [await value('reseller', 'name', 'right'), await value('stripe', 'reference', 'right')];
    await inspected(customer, 'right');
    expect(customer.calls()).toStrictEqual({ reseller: 2, stripe: 2 });
    const after = [await value('reseller', 'name', 'right'), await value('stripe', 'reference', 'right')];
    expect(after).toStrictEqual(before.map((count) => count + 1));
  });

  it('that says something else is wrong, and the metrics say where, and how old it was', async () => {
    const customer = await cached();
    await pass(59_000, service);
    stage.rename(customer, 'Fennimore Goods', { stripe: linkedAs('cus_2') });
    const youngBefore = await metric(service, 'profile_inspected_age_seconds_bucket{le="30",verdict="wrong"}');
    expect(await inspected(customer, 'wrong')).toContain('cus_1');
    expect(await value('reseller', 'name', 'wrong')).toBe(1);
    expect(await value('stripe', 'reference', 'wrong')).toBe(1);
    expect(await value('reseller', 'address', 'wrong')).toBe(0);
    expect(await value('billing', 'link', 'wrong')).toBe(0);
    expect(await metric(service, 'profile_inspected_age_seconds_bucket{le="60",verdict="wrong"}')).toBe(2);
    expect(await metric(service, 'profile_inspected_age_seconds_bucket{le="30",verdict="wrong"}')).toBe(youngBefore);
    // What was found is kept, once it is written.
    await settled(service);
    const { text } = await service.http.get(customer.path).expect(200);
    expect(text).toContain('cus_2');
  });

  it('whose sources do not answer appends no event', async () => {
    const customer = await cached();
    for (const source of ['reseller', 'stripe'] as const)
      stage.sandbox.faults.set(source, { kind: 'status', status: 403 });
    const wrong = await inspections('wrong');
    const before = await value('reseller', 'name', 'wrong');
    await service.http.get(customer.path).expect(200);
    await eventually('it was inspected', () => (customer.calls().reseller ?? 0) > 1);
    await pass(0, service);
    expect([await inspections('wrong'), await value('reseller', 'name', 'wrong')]).toStrictEqual([wrong, before]);
  });

  it('does not wait for the inspection', async () => {
    const customer = await cached();
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    await service.http.get(customer.path).expect(200);
    await eventually('the source is asked', () => (customer.calls().reseller ?? 0) > 1);
    stage.sandbox.faults.clear();
    await pass(0, service);
  });

  it('names no customer in the metrics', async () => {
    const customer = await cached();
    await inspected(customer, 'right');
    expect(await service.app.get(Metrics, { strict: false }).registry.metrics()).not.toContain(customer.customerId);
  });
});

describe('without INSPECT_ONE_IN', () => {
  it('a hit asks no source', async () => {
    const plain = await stage.service({ BILLING_CONNECTORS: 'stripe' });
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await plain.http.get(customer.path).expect(200);
    await stage.kept(customer);
    await plain.http.get(customer.path).expect(200);
    await pass(0, plain);
    expect(customer.calls()).toStrictEqual({ reseller: 1, stripe: 1 });
    expect(await metric(plain, 'profile_inspections_total{outcome="right"}')).toBe(0);
  });
});

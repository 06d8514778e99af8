import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';
import { importFile, LINKS, toLines } from './ndjson.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(async () => {
  stage.sandbox.faults.clear();
  await stage.close();
});

const put = async ({ customerId }: StagedCustomer, billingCustomerId: string): Promise<unknown> =>
  service.http.put(`${LINKS}/${customerId}`).send({ billingCustomerId });
const read = async ({ unlinkedPath }: StagedCustomer): Promise<Record<string, unknown>> => {
  const { body } = await throughWaits(service, service.http.get(unlinkedPath).expect(200));
  await settled(service);
  return body as Record<string, unknown>;
};

describe('a change of the link costs the link part alone (L1)', () => {
  type Change = (customer: StagedCustomer, next: StagedCustomer) => Promise<unknown>;
  it.each<[what: string, isLinkedBefore: boolean, change: Change, isLinkedAfter: 'same' | 'next' | null]>([
    ['a first PUT', false, (customer, next) => put(customer, next.billingCustomerId), 'next'],
    ['a PUT of another', true, (customer, next) => put(customer, next.billingCustomerId), 'next'],
    ['a PUT of the same', true, (customer) => put(customer, customer.billingCustomerId), 'same'],
    ['an import of another', true, ({ customerId }, { billingCustomerId }) => importFile(service.url, toLines([{ customerId, billingCustomerId }])), 'next'],
    ['an import of the same', true, ({ customerId, billingCustomerId }) => importFile(service.url, toLines([{ customerId, billingCustomerId }])), 'same'],
    ['an import with dryRun', true, ({ customerId }, { billingCustomerId }) => importFile(service.url, toLines([{ customerId, billingCustomerId }]), { query: '?dryRun=true' }), 'same'],
    ['a DELETE', true, async ({ customerId }) => service.http.delete(`${LINKS}/${customerId}`).expect(204), null],
  ])('%s', async (_what, isLinkedBefore, change, after) => {
    stage.sandbox.faults.clear();
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const next = stage.customer({ stripe: linkedAs('cus_2') });
    if (isLinkedBefore) await put(customer, customer.billingCustomerId);
    await read(customer);
    await change(customer, next);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 503 });
    const expected = { same: customer.billingCustomerId, next: next.billingCustomerId };
    expect(await read(customer)).toMatchObject({
      billingCustomerId: after === null ? null : expected[after],
      complete: true,
    });
    expect(customer.calls().reseller).toBe(1);
  }); // prettier-ignore
});

describe('an unknown customer (X1)', () => {
  it('is asked for once, by turns with the stored link, with several that requests name, and without', async () => {
    const customerId = '7777000011';
    const links = [1, 2, 3].map(() => stage.customer().billingCustomerId);
    stage.sandbox.faults.clear();
    stage.sandbox.traffic.reset();
    for (const query of [
      '',
      ...links.map((id) => `?billingCustomerId=${id}`),
      '',
      `?billingCustomerId=${links[0]}`,
      '',
    ]) {
      await service.http.get(`/v1/customer-profiles/${customerId}${query}`).expect(404);
      await settled(service);
    }
    const asked = stage.sandbox.traffic.requests.filter(({ path }) => path.includes(customerId));
    expect(asked.map(({ source }) => source)).toEqual(['reseller']);
  });
});

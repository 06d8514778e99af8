import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { pass } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(() => stage.close());

const urlOf = ({ customerId }: Pick<StagedCustomer, 'customerId'>): string => `/v1/customer-links/${customerId}`;
const put = (customer: StagedCustomer, billingCustomerId: string): ReturnType<typeof service.http.put> =>
  service.http.put(urlOf(customer)).send({ billingCustomerId });

interface HistoryEntry {
  readonly billingCustomerId: string;
}
const historyOf = (body: unknown): readonly HistoryEntry[] => (body as { history: HistoryEntry[] }).history;

describe('PUT /v1/customer-links/{customerId}', () => {
  it('answers 201 for a first link, with the link in lower case', async () => {
    const customer = stage.customer();
    const { body } = await put(customer, customer.billingCustomerId.toUpperCase()).expect(201);
    expect(body).toEqual({
      customerId: customer.customerId,
      billingCustomerId: customer.billingCustomerId,
      linkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      linkedBy: 'anonymous',
      history: [],
    });
  });

  it('names every issue of path, query, headers and body in one 400', async () => {
    const { status, body } = await service.http
      .put('/v1/customer-links/zq7?zq7=1')
      .set({ 'If-Match': 'zq7', 'If-None-Match': 'zq7' })
      .send({ billingCustomerId: 'zq7', zq7: 1 });
    const issues = (body.errors as { in: string; name?: string }[]).map((issue) => `${issue.in} ${issue.name ?? '-'}`);
    expect({ status, code: body.code }).toStrictEqual({ status: 400, code: 'invalid_request' });
    expect(new Set(issues)).toStrictEqual(
      new Set([
        'path customerId',
        'query -',
        'header If-Match',
        'header If-None-Match',
        'body billingCustomerId',
        'body -',
      ]),
    );
  });

  it('answers 200 for a replaced link and keeps the replaced one in the history, newest first', async () => {
    const customer = stage.customer();
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
    const { body: firstLink } = await put(customer, first).expect(201);
    service.clock.advance(60_000);
    const { body: secondLink } = await put(customer, second).expect(200);
    service.clock.advance(60_000);
    const { body } = await put(customer, third).expect(200);
    expect(body).toMatchObject({
      billingCustomerId: third,
      history: [
        { billingCustomerId: second, linkedAt: secondLink.linkedAt, endedAt: body.linkedAt },
        { billingCustomerId: first, linkedAt: firstLink.linkedAt, endedAt: secondLink.linkedAt },
      ],
    });
  });

  it('answers 200 for the link there is already, in any case of letters, and changes nothing', async () => {
    const customer = stage.customer();
    const { body: link } = await put(customer, customer.billingCustomerId).expect(201);
    service.clock.advance(60_000);
    const { body } = await put(customer, customer.billingCustomerId.toUpperCase()).expect(200);
    expect(body).toEqual(link);
  });

  it('answers 201 again after a DELETE, with the removed link in the history', async () => {
    const customer = stage.customer();
    await put(customer, customer.billingCustomerId).expect(201);
    await service.http.delete(urlOf(customer)).expect(204);
    const { body } = await put(customer, randomUUID()).expect(201);
    expect(body.history).toMatchObject([{ billingCustomerId: customer.billingCustomerId }]);
  });

  it('loses nothing from the history when many are made at once', async () => {
    const customer = stage.customer();
    const wanted = Array.from({ length: 30 }, () => randomUUID());
    const answers = await Promise.all(wanted.map((id) => put(customer, id)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(29).fill(200), 201]);
    const { body } = await service.http.get(urlOf(customer)).expect(200);
    const linked = [body as HistoryEntry, ...historyOf(body)].map(({ billingCustomerId }) => billingCustomerId);
    expect(linked.sort()).toEqual(wanted.sort());
  });

  it('keeps a history of the last hundred links', async () => {
    const customer = stage.customer();
    const wanted = Array.from({ length: 103 }, () => randomUUID());
    for (const id of wanted) await put(customer, id);
    const { body } = await service.http.get(urlOf(customer)).expect(200);
    expect(historyOf(body).map(({ billingCustomerId }) => billingCustomerId)).toEqual(wanted.slice(2, -1).reverse());
  });
});

describe('GET and DELETE /v1/customer-links/{customerId}', () => {
  it('answer 404 link_not_found and 204 for a customer that was never linked', async () => {
    const customer = stage.customer();
    const { body } = await service.http.get(urlOf(customer)).expect(404);
    expect(body).toMatchObject({ code: 'link_not_found', status: 404 });
    await service.http.delete(urlOf(customer)).expect(204);
  });

  it('answer 204 and then 404 for a link that is removed, and 204 when it is removed again', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await put(customer, customer.billingCustomerId).expect(201);
    await service.http.delete(urlOf(customer)).expect(204);
    await service.http.get(urlOf(customer)).expect(404);
    await service.http.delete(urlOf(customer)).expect(204);
    const { body } = await put(customer, randomUUID()).expect(201);
    expect(body.history).toHaveLength(1);
  });
});

describe('a link in Redis', () => {
  it('never expires, removed or not', async () => {
    const customer = stage.customer();
    await put(customer, customer.billingCustomerId).expect(201);
    const [key = ''] = await stage.raw.keys(`customer-links:*${customer.customerId}*`);
    expect(await stage.raw.ttl(key)).toBe(-1);
    await put(customer, randomUUID()).expect(200);
    await service.http.delete(urlOf(customer)).expect(204);
    expect(await stage.raw.ttl(key)).toBe(-1);
  });

  it('survives when everything that is cached is wiped', async () => {
    const customer = stage.customer();
    await put(customer, customer.billingCustomerId).expect(201);
    await service.http.get(customer.unlinkedPath).expect(200);
    await stage.raw.del(await stage.raw.keys('customer-profiles:*'));
    await service.http.get(urlOf(customer)).expect(200);
    await pass(2000, service);
    const { body } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(body).toMatchObject({ billingCustomerId: customer.billingCustomerId, complete: true });
  });

  it('of one organisation’s customer is not the link of another customer', async () => {
    const customer = stage.customer();
    const longer = { customerId: `${customer.customerId}0` };
    await put(customer, customer.billingCustomerId).expect(201);
    await service.http.get(urlOf(longer)).expect(404);
  });
});

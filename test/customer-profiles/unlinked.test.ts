import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Service } from '../support/service.ts';
import { profilePath, type Stack, startStack } from './stack.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start();
});

beforeEach(() => {
  stack.sandbox.traffic.reset();
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

const askedSources = (): readonly string[] => [...new Set(stack.sandbox.traffic.requests.map(({ source }) => source))];

describe('a customer for whom no billing customer is known', () => {
  it('has connectors [], which is complete, and the billing platform is not asked', async () => {
    const { status, body } = await service.http.get(profilePath(stack.newCustomer('no-billing-customer')));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      billingCustomerId: null,
      connectors: [],
      complete: true,
      identity: { verdict: 'unknown', evidence: [] },
    });
    expect(body.sources).toStrictEqual([
      { source: 'reseller', state: 'ok', fetchedAt: expect.stringMatching(/Z$/), stale: false },
      { source: 'billing', state: 'unlinked', fetchedAt: expect.stringMatching(/Z$/), stale: false },
    ]);
    expect(askedSources().filter((source) => source !== 'token')).toStrictEqual(['reseller']);
  });

  it('has its connectors at once when it is linked, and none at once when the link is removed', async () => {
    const one = stack.newCustomer('fully-linked');
    const { customerId } = one.resource;
    const profile = `/v1/customer-profiles/${customerId}`;
    const link = `/v1/customer-links/${customerId}`;
    expect((await service.http.get(profile)).body.connectors).toStrictEqual([]);
    await service.http.put(link).send({ billingCustomerId: one.billingCustomerId }).expect(201);
    expect((await service.http.get(profile)).body.connectors).toHaveLength(11);
    await service.http.delete(link).expect(204);
    expect((await service.http.get(profile)).body).toMatchObject({ connectors: [], billingCustomerId: null });
  });

  it('is linked for one request by that request, and for no other', async () => {
    const one = stack.newCustomer('fully-linked');
    expect((await service.http.get(profilePath(one))).body.connectors).toHaveLength(11);
    expect((await service.http.get(`/v1/customer-profiles/${one.resource.customerId}`)).body.connectors).toStrictEqual(
      [],
    );
    expect((await service.http.get(profilePath(one))).body.connectors).toHaveLength(11);
  });

  it('takes the request’s word before the store’s', async () => {
    const [one, other] = [stack.newCustomer('fully-linked'), stack.newCustomer('some-connectors')];
    const { customerId } = one.resource;
    const stored = { billingCustomerId: other.billingCustomerId };
    await service.http.put(`/v1/customer-links/${customerId}`).send(stored).expect(201);
    const { body } = await service.http.get(profilePath(one));
    expect(body.billingCustomerId).toBe(one.billingCustomerId);
    expect(body.sources[1]).toMatchObject({ source: 'billing', state: 'linked', resolver: 'request' });
  });
});

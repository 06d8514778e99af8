import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ProfileSource } from '../../../src/profile-merge/profile.schema.ts';
import { type Service } from '../../support/service.ts';
import { profilePath, type Stack, startStack } from '../stack.ts';

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

const asked = (): readonly string[] => stack.sandbox.traffic.requests.map(({ source }) => source);
const names = (items: readonly { name: string }[]): readonly string[] => items.map(({ name }) => name);

describe('connectors=', () => {
  it('asks and shows only those named, in the configured order, and each once', async () => {
    const path = profilePath(stack.newCustomer('fully-linked'), 'connectors=xero,stripe,xero');
    const { body } = await service.http.get(path);
    expect(names(body.connectors)).toStrictEqual(['stripe', 'xero']);
    expect((body.sources as ProfileSource[]).map(({ source }) => source)).toStrictEqual([
      'reseller', 'billing', 'stripe', 'xero',
    ]); // prettier-ignore
    expect(body.complete).toBe(true);
    expect(asked().filter((source) => source === 'stripe' || source === 'xero')).toHaveLength(2);
    expect(stack.sandbox.traffic.counts.bySource.adyen).toBe(0);
  });

  it('asks later for the connectors left out, and for those alone', async () => {
    const one = stack.newCustomer('fully-linked');
    await service.http.get(profilePath(one, 'connectors=stripe')).expect(200);
    stack.sandbox.traffic.reset();
    const { body } = await service.http.get(profilePath(one));
    expect(body.connectors).toHaveLength(11);
    expect(asked()).toHaveLength(10);
    expect(asked()).not.toContain('stripe');
    expect(asked()).not.toContain('reseller');
  });

  it('takes from a whole profile that is cached, without asking', async () => {
    const one = stack.newCustomer('fully-linked');
    await service.http.get(profilePath(one)).expect(200);
    stack.sandbox.traffic.reset();
    const { body } = await service.http.get(profilePath(one, 'connectors=xero'));
    expect(names(body.connectors)).toStrictEqual(['xero']);
    // A source that was not asked for has no say: stripe, which disagrees, is not in the conflicts.
    expect(body).toMatchObject({ conflicts: [], identity: { verdict: 'consistent' } });
    expect(asked()).toStrictEqual([]);
  });

  it('refuses a connector that is documented but not configured, and names those that are', async () => {
    const few = await stack.start({ BILLING_CONNECTORS: 'xero,stripe' });
    const { status, body } = await few.http.get('/v1/customer-profiles/2005000001?connectors=adyen');
    await few.close();
    expect(status).toBe(400);
    expect(body.errors).toStrictEqual([
      { in: 'query', name: 'connectors', detail: 'must name only configured connectors: xero, stripe' },
    ]);
  });
});

describe('fields=', () => {
  it('answers those fields, customerId and complete, and fetches the whole profile for the next caller', async () => {
    const one = stack.newCustomer('fully-linked');
    const { body } = await service.http.get(
      profilePath(one, 'fields=name,connectors.stripe,account.status,address.city'),
    );
    expect(body).toStrictEqual({
      customerId: one.resource.customerId,
      name: 'Fairmont',
      address: { city: 'San Jose' },
      account: { status: { code: '1000', label: 'active' } },
      connectors: [expect.objectContaining({ name: 'stripe', referenceId: 'cus_12345' })],
      complete: true,
    });
    stack.sandbox.traffic.reset();
    const whole = await service.http.get(profilePath(one));
    expect(whole.body).toMatchObject({ ...body, address: {}, account: {}, connectors: expect.any(Array) });
    expect(whole.body.connectors).toHaveLength(11);
    expect(asked()).toStrictEqual([]);
  });

  it('take an address line, whose name ends in a digit', async () => {
    const { body } = await service.http.get(
      profilePath(stack.newCustomer('fully-linked'), 'fields=address.addressLine1'),
    );
    expect(body.address).toStrictEqual({ addressLine1: expect.any(String) });
  });

  it.each([
    'nope',
    'name,,email',
    'connectors.paypal',
    'account.nope',
    'address.nope',
    'identity.verdict',
    '',
    'constructor',
  ])('refuses %j before any call, and names the fields there are', async (fields) => {
    const { status, body } = await service.http.get(`/v1/customer-profiles/2005000001?fields=${fields}`);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ in: 'query', name: 'fields' }]);
    expect(body.errors[0].detail).toContain('phoneNumber');
    expect(asked()).toStrictEqual([]);
  });
});

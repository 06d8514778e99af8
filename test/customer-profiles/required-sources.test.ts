import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { profilePath, type Stack, startStack } from './stack.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start();
  stack.sandbox.traffic.reset();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(async () => {
  await stack.close();
});

const malformed = { kind: 'body', body: 'null' } as const;

describe('require=', () => {
  it('refuses an answer without a connector that is required, and blames it', async () => {
    stack.sandbox.faults.set('stripe', malformed);
    const path = profilePath(stack.newCustomer('fully-linked'), 'require=reseller,stripe');
    const { status, body } = await service.http.get(path);
    expect({ status, body }).toMatchObject({
      status: 502,
      body: { code: 'source_failed', source: 'stripe', state: 'malformed' },
    });
  });

  it('is content with a definite no: a connector that is not linked has answered', async () => {
    const path = profilePath(stack.newCustomer('some-connectors'), 'require=reseller,adyen,xero');
    const { status, body } = await service.http.get(path);
    expect({ status, complete: body.complete }).toStrictEqual({ status: 200, complete: true });
  });

  it('is content without a link, which leaves nothing to ask a connector', async () => {
    const path = profilePath(stack.newCustomer('no-billing-customer'), 'require=stripe');
    const { status, body } = await service.http.get(path);
    expect({ status, connectors: body.connectors }).toStrictEqual({ status: 200, connectors: [] });
  });

  it('lets a profile without the reseller’s view through when the reseller is not named', async () => {
    stack.sandbox.faults.set('reseller', malformed);
    const one = stack.newCustomer('fully-linked');
    const { status, body } = await service.http.get(profilePath(one, 'require=billing'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ account: null, address: null, phoneNumber: null, complete: false });
    expect(body.sources[0]).toMatchObject({ source: 'reseller', state: 'malformed' });
    // The first connector that knows a name gives it, and says nothing of a conflict with what is not known.
    expect(body).toMatchObject({ name: 'Acme Corporation', email: 'billing@acme.com' });
    await settled(service);
    await service.http.get(profilePath(one)).expect(502);
  });

  it('asks a failed source again at once when it is required, where others wait the failure’s time', async () => {
    const one = stack.newCustomer('fully-linked');
    stack.sandbox.faults.set('stripe', malformed);
    await service.http.get(profilePath(one)).expect(200);
    await settled(service);
    stack.sandbox.faults.clear();
    const { body } = await service.http.get(profilePath(one, 'require=reseller,stripe')).expect(200);
    expect(body.complete).toBe(true);
    expect(stack.asked('stripe')).toHaveLength(2);
  });

  it.each([
    ['an unknown source', 'require=paypal'],
    ['nothing', 'require='],
    ['a source that is not asked', 'connectors=xero&require=stripe'],
    ['a trailing comma', 'require=reseller,'],
  ])('refuses %s before any call', async (_what, query) => {
    const { status, body } = await service.http.get(`/v1/customer-profiles/2005000001?${query}`);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ in: 'query', name: 'require' }]);
    expect(stack.sandbox.traffic.requests).toStrictEqual([]);
  });
});

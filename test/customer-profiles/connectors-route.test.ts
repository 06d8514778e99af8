import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Counts } from '../../sandbox/traffic.ts';
import { type ProfileConnector, type ProfileSource } from '../../src/profile-merge/profile.schema.ts';
import { settled } from '../support/passing-time.ts';
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

afterEach(() => {
  stack.sandbox.faults.clear();
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

const bySource = (): Counts['bySource'] => stack.sandbox.traffic.counts.bySource;

describe('GET …/connectors', () => {
  it('answers the references as the profile has them, and does not ask the reseller customers API', async () => {
    const one = stack.newCustomer('fully-linked');
    const { status, body } = await service.http.get(profilePath(one, '', '/connectors'));
    expect(status).toBe(200);
    expect(bySource()).toMatchObject({ reseller: 0, token: 0, stripe: 1, dealhub: 1 });
    expect(Object.keys(body)).toStrictEqual(['customerId', 'billingCustomerId', 'connectors', 'sources', 'complete']);
    await settled(service);
    const profile = await service.http.get(profilePath(one));
    expect(profile.body.connectors).toStrictEqual(body.connectors);
    expect(body.sources).toStrictEqual((profile.body.sources as ProfileSource[]).slice(1));
    expect(body).toMatchObject({
      customerId: one.resource.customerId,
      billingCustomerId: one.billingCustomerId,
      complete: true,
    });
    // What the first request fetched served the second.
    expect(bySource()).toMatchObject({ reseller: 1, stripe: 1, dealhub: 1 });
  });

  it('answers while the reseller customers API is down', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'reset' });
    const { status, body } = await service.http.get(profilePath(stack.newCustomer('fully-linked'), '', '/connectors'));
    expect({ status, complete: body.complete }).toStrictEqual({ status: 200, complete: true });
  });

  it('answers [] when no billing customer is known', async () => {
    const { body } = await service.http.get(profilePath(stack.newCustomer('no-billing-customer'), '', '/connectors'));
    expect(body).toMatchObject({ billingCustomerId: null, connectors: [], complete: true });
  });

  it('asks only the connectors that were named', async () => {
    const path = profilePath(stack.newCustomer('fully-linked'), 'connectors=xero,stripe', '/connectors');
    const { body } = await service.http.get(path);
    expect((body.connectors as ProfileConnector[]).map(({ name }) => name)).toStrictEqual(['stripe', 'xero']);
    expect(stack.sandbox.traffic.requests.map(({ source }) => source).sort()).toStrictEqual(['stripe', 'xero']);
  });
});

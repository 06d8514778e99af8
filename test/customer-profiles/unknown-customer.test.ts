import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectorNames } from '../../sandbox/connectors.ts';
import { type Counts } from '../../sandbox/traffic.ts';
import { pass } from '../support/passing-time.ts';
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

const noSuchCustomer = { kind: 'status', status: 404 } as const;

describe('a customer the reseller customers API does not know', () => {
  it('is 404, whatever the billing platform says', async () => {
    const one = stack.newCustomer('fully-linked');
    stack.sandbox.faults.set('reseller', noSuchCustomer);
    const { status, body, headers } = await service.http.get(profilePath(one));
    expect(status).toBe(404);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ code: 'customer_not_found', source: 'reseller', status: 404 });
    expect(body).not.toHaveProperty('name');
  });

  it('is 404 also when the reseller is not required', async () => {
    const { status } = await service.http.get('/v1/customer-profiles/1009990001?require=billing');
    expect(status).toBe(404);
  });

  it('and cached so does not concern a read of the connectors alone', async () => {
    const { resource } = stack.newCustomer('no-billing-customer');
    const linked = stack.newCustomer('fully-linked');
    const path = `/v1/customer-profiles/${resource.customerId}`;
    const named = `billingCustomerId=${linked.billingCustomerId}`;
    stack.sandbox.faults.set('reseller', noSuchCustomer);
    await service.http.get(path).expect(404);
    await pass(0, service);
    expect((await service.http.get(`${path}/connectors/stripe`).expect(404)).body.code).toBe('link_not_found');
    expect((await service.http.get(`${path}/connectors`).expect(200)).body).toMatchObject({ complete: true });
    expect((await service.http.get(`${path}/connectors/stripe?${named}`).expect(200)).body.connector_name).toBe(
      'stripe',
    );
  });

  it('is not asked for again for half a minute, and then is', async () => {
    const one = stack.newCustomer('no-billing-customer');
    stack.sandbox.faults.set('reseller', noSuchCustomer);
    await service.http.get(profilePath(one)).expect(404);
    stack.sandbox.faults.clear();
    await pass(20_000, service);
    stack.sandbox.traffic.reset();
    await service.http.get(profilePath(one)).expect(404);
    expect(stack.sandbox.traffic.requests).toStrictEqual([]);

    await pass(20_000, service);
    const { body } = await service.http.get(profilePath(one)).expect(200);
    expect(body).toMatchObject({ name: 'Lumen Field Surveys', complete: true });
    expect(stack.asked('reseller')).toHaveLength(1);
  });

  it('is forgotten with all that was cached of it: a failure afterwards shows no old answer', async () => {
    const one = stack.newCustomer('fully-linked');
    await service.http.get(profilePath(one)).expect(200);
    await pass(400_000, service);
    stack.sandbox.faults.set('reseller', noSuchCustomer);
    await service.http.get(profilePath(one)).expect(404);
    await pass(40_000, service);
    stack.sandbox.faults.set('reseller', { kind: 'body', body: 'null' });
    const { body } = await service.http.get(profilePath(one)).expect(502);
    expect(body.code).toBe('source_failed');
  });

  it('ends the connectors’ calls: what they would say is of no use', async () => {
    const { billingCustomerId } = stack.newCustomer('fully-linked');
    stack.sandbox.faults.set('reseller', { kind: 'hold' });
    stack.sandbox.faults.set('billing', { kind: 'hang' });
    // No time passes: a fetch that is not ended would go on for ever.
    const answer = service.http
      .get(`/v1/customer-profiles/1009990002?billingCustomerId=${billingCustomerId}`)
      .then((there) => there);
    const isThere = ({ bySource }: Counts): boolean =>
      connectorNames.every((name) => bySource[name] === 1) && bySource.reseller === 1;
    await stack.sandbox.traffic.until(isThere);
    stack.sandbox.faults.clear('reseller');
    expect((await answer).status).toBe(404);
    await stack.sandbox.traffic.until(({ aborted }) => aborted === connectorNames.length);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import { failedAttempts, linkedCustomer, sourceOf } from './reading.ts';

let stack: Stack;
let service: Service;
/** It is never given a token. */
let tokenless: Service;

beforeAll(async () => {
  stack = await startStack();
  [service, tokenless] = await Promise.all([stack.start(), stack.start()]);
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await Promise.all([quietAgain(service), quietAgain(tokenless)]);
});

afterAll(async () => {
  await Promise.all([service.close(), tokenless.close()]);
  await stack.close();
});

describe.each([201, 202, 203, 206, 207, 226])('an answer with status %d', (status) => {
  it('is not read as a customer, with any body', async () => {
    const one = stack.newCustomer('no-billing-customer');
    stack.sandbox.faults.set('reseller', { kind: 'status', status, body: one.resource });
    const { body } = await service.http.get(profilePath(one)).expect(502);
    expect(body).toMatchObject({ source: 'reseller', state: 'malformed' });
    expect(failedAttempts(service, 'reseller')).toMatchObject([
      { status, reason: `status ${status} is not a whole answer` },
    ]);
  });

  it('is no token, and nothing of a connector', async () => {
    const details = { connector_name: 'stripe', customer_name: 'Tern & Daughters', reference_id: 'cus_1' };
    stack.sandbox.faults.set('stripe', { kind: 'status', status, body: details });
    const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'malformed' });
    stack.sandbox.faults.set('token', { kind: 'status', status, body: { access_token: 'abc', expires_in: 60 } });
    await tokenless.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(503);
    expect(failedAttempts(tokenless, 'reseller-token')).toMatchObject([{ state: 'malformed' }]);
  });
});

describe('a refusal of a connector', () => {
  const refusal = (status: number, body: object): void => {
    stack.sandbox.faults.set('stripe', { kind: 'status', status, body });
  };

  it.each([
    "No integration found for connector 'xero'.",
    "The requested integration is no longer available for connector 'adyen'.",
  ])('that says %j is malformed (A14)', async (message) => {
    refusal(400, { error_code: 'BAD_REQUEST', message });
    const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
    expect(body.complete).toBe(false);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'malformed' });
    expect(failedAttempts(service, 'billing')).toMatchObject([{ reason: 'the refusal names another connector' }]);
  });

  it('that has the UUID of another customer is malformed, and stops no other connector (A14)', async () => {
    const customer_id = '4fa85f64-5717-4562-b3fc-2c963f66afa6';
    refusal(404, { error_code: 'NOT_FOUND', message: 'Customer not found', customer_id });
    const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'malformed' });
    expect(sourceOf(body, 'xero')).toMatchObject({ state: 'linked' });
    expect(failedAttempts(service, 'billing')).toMatchObject([{ reason: 'the refusal names another customer' }]);
  });

  it('that is a 404 in an undocumented shape says so in log and explanation, and stops no other connector (W3)', async () => {
    refusal(404, { error_code: 'NOT_FOUND', message: 'Customer not found in this region' });
    const { path } = linkedCustomer(stack);
    const { body } = await service.http.get(path).expect(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'upstream_error' });
    expect(sourceOf(body, 'xero')).toMatchObject({ state: 'linked' });
    const reason = '404 in an undocumented shape';
    expect(failedAttempts(service, 'billing')).toMatchObject([{ reason, status: 404 }]);
    const explanation = await service.http.get(path.replace('?', '/explanation?')).expect(200);
    const parts = explanation.body.parts as readonly { source: string; failure: unknown }[];
    expect(parts.find(({ source }) => source === 'stripe')?.failure).toMatchObject({ reason, status: 404 });
  });
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ProfileConnector } from '../../src/customer-profiles/profile.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  // Longer than any test may take: whoever waits for a hanging call is seen.
  service = await stack.start({ REQUEST_BUDGET_MS: '60000', BILLING_TIMEOUT_MS: '60000' });
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

it('one connector’s word that the billing customer is unknown holds for all: nobody waits for the other ten', async () => {
  stack.sandbox.faults.set('billing', { kind: 'hang' });
  stack.sandbox.faults.set('hubspot', { kind: 'status', status: 404 });
  const { status, body } = await service.http.get(profilePath(stack.newCustomer('fully-linked')));
  expect({ status, complete: body.complete }).toStrictEqual({ status: 200, complete: true });
  expect((body.connectors as ProfileConnector[]).map(({ state }) => state)).toStrictEqual(
    Array.from({ length: 11 }, () => 'customer_unknown'),
  );
  await stack.sandbox.traffic.until(({ openConnections, aborted }) => aborted > 0 && openConnections <= 3);
});

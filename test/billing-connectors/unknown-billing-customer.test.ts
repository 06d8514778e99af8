import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectorNames } from '../../sandbox/connectors.ts';
import { type ProfileConnector } from '../../src/profile-merge/profile.schema.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  // No time passes, so a read that waits for a hanging call does not end.
  service = await stack.start();
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

it('customer_unknown from one connector applies to all: no read waits for the other ten', async () => {
  stack.sandbox.faults.set('billing', { kind: 'hang' });
  stack.sandbox.faults.set('hubspot', { kind: 'hold' });
  const answer = service.http.get(profilePath(stack.newCustomer('unknown-to-billing'))).then((there) => there);
  await stack.sandbox.traffic.until(({ bySource }) => connectorNames.every((name) => bySource[name] === 1));
  stack.sandbox.faults.clear('hubspot');
  const { status, body } = await answer;
  expect({ status, complete: body.complete }).toStrictEqual({ status: 200, complete: true });
  expect((body.connectors as ProfileConnector[]).map(({ state }) => state)).toStrictEqual(
    Array.from({ length: 11 }, () => 'customer_unknown'),
  );
  await stack.sandbox.traffic.until(({ aborted }) => aborted === connectorNames.length - 1);
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { pass, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { type Answer, connectorStates, linkedCustomer } from './reading.ts';

const HOUR_MS = 3_600_000;
/** Longer than a call could wait. */
const MINUTE_MS = 60_000;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  service = await stack.start();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  stack.sandbox.traffic.reset();
  await service.close();
});

afterAll(() => stack.close());

const refuse = (status: number): void => {
  stack.sandbox.faults.set('stripe', { kind: 'status', status, headers: { 'Retry-After': '3600' } });
};
const read = async (by = service): Promise<Answer['body']> =>
  (await throughWaits(by, by.http.get(linkedCustomer(stack).path).expect(200))).body;

describe.each([500, 502, 503, 504])('a %d with Retry-After of one connector', (status) => {
  it('stops that connector for its time, and none of the others', async () => {
    refuse(status);
    expect(connectorStates(await read())).toMatchObject({
      stripe: 'upstream_error',
      xero: 'linked',
      dealhub: 'linked',
    });
    stack.sandbox.faults.clear();
    expect(connectorStates(await read())).toMatchObject({ stripe: 'throttled', xero: 'linked', dealhub: 'linked' });
    expect(stack.asked('stripe')).toHaveLength(1);
    await pass(HOUR_MS - MINUTE_MS, service);
    expect(connectorStates(await read())).toMatchObject({ stripe: 'throttled' });
    await pass(MINUTE_MS, service);
    expect(await read()).toMatchObject({ complete: true });
  });

  it('is unknown to a process that starts afterwards: it calls the upstream itself', async () => {
    refuse(status);
    await read();
    stack.sandbox.faults.clear();
    const other = await stack.start();
    expect(await read(other)).toMatchObject({ complete: true });
    await other.close();
  });
});

it('a 429 with Retry-After of one connector stops all of them: a limit is the client’s', async () => {
  refuse(429);
  await read();
  stack.sandbox.faults.clear();
  expect(new Set(Object.values(connectorStates(await read())))).toStrictEqual(new Set(['throttled']));
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { pass, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  service = await stack.start();
});

afterEach(async () => {
  // The upstream answers a repeated id with its stored answer; the service never repeats one.
  const { replays, duplicateRequestIds } = stack.sandbox.traffic.counts;
  stack.sandbox.faults.clear();
  await service.close();
  expect({ replays, duplicateRequestIds }).toStrictEqual({ replays: 0, duplicateRequestIds: 0 });
});

afterAll(async () => {
  await stack.close();
});

async function readTwice(fault: Fault): Promise<{ status: number; ids: Record<'correlation' | 'request', number> }> {
  stack.sandbox.faults.set('reseller', fault);
  const { status } = await throughWaits(
    service,
    service.http.get(profilePath(stack.newCustomer('no-billing-customer'))),
  );
  const calls = stack.asked('reseller');
  expect(calls).toHaveLength(2);
  return {
    status,
    ids: {
      correlation: new Set(calls.map(({ correlationId }) => correlationId)).size,
      request: new Set(calls.map(({ requestId }) => requestId)).size,
    },
  };
}

const missingToken = { code: '4117', message: 'Authorization token is missing' };

describe('a repeated call to the reseller customers API', () => {
  it.each([500, 502, 503, 504])('has two new ids after a %d, and succeeds', async (status) => {
    expect(await readTwice({ kind: 'status', status, times: 1 })).toStrictEqual({
      status: 200,
      ids: { correlation: 2, request: 2 },
    });
  });

  it('has two new ids after a 429 that named a wait within the budget', async () => {
    const headers = { 'Retry-After': '0' };
    expect(await readTwice({ kind: 'status', status: 429, headers, times: 1 })).toStrictEqual({
      status: 200,
      ids: { correlation: 2, request: 2 },
    });
  });

  it('keeps the correlation id and has a new request id without an answer', async () => {
    expect(await readTwice({ kind: 'reset', times: 1 })).toStrictEqual({
      status: 200,
      ids: { correlation: 1, request: 2 },
    });
  });

  it('has two new ids after an answer that broke off in the middle', async () => {
    expect(await readTwice({ kind: 'reset-mid-body', times: 1 })).toStrictEqual({
      status: 200,
      ids: { correlation: 2, request: 2 },
    });
  });

  it.each([
    ['a 401', { kind: 'status', status: 401, times: 1 }],
    ['a 403 for a missing token', { kind: 'status', status: 403, body: missingToken, times: 1 }],
  ] as const)('has two new ids and another token after %s', async (_title, fault) => {
    await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(200);
    await pass(11_000, service);
    stack.sandbox.traffic.reset();
    expect(await readTwice(fault)).toStrictEqual({ status: 200, ids: { correlation: 2, request: 2 } });
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(1);
  });

  it('is not made after a 403 for the API key, where a new token does not help', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 403 });
    const { status, body } = await service.http.get(profilePath(stack.newCustomer('no-billing-customer')));
    expect({ status, state: body.state }).toStrictEqual({ status: 502, state: 'unauthorised' });
    expect(stack.sandbox.traffic.counts.bySource).toMatchObject({ reseller: 1, token: 1 });
  });

  it('is the last one when the API refuses the new token, too', async () => {
    await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(200);
    await pass(11_000, service);
    stack.sandbox.faults.set('reseller', { kind: 'status', status: 401 });
    stack.sandbox.traffic.reset();
    const { status, body } = await service.http.get(profilePath(stack.newCustomer('no-billing-customer')));
    expect({ status, state: body.state }).toStrictEqual({ status: 502, state: 'unauthorised' });
    expect(stack.sandbox.traffic.counts.bySource).toMatchObject({ reseller: 2, token: 1 });
  });

  it('costs one token call for twenty customers read at once with a token that has just expired', async () => {
    await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(200);
    await pass(11_000, service);
    stack.sandbox.tokens.expireAll();
    stack.sandbox.traffic.reset();
    const customers = Array.from({ length: 20 }, () => stack.newCustomer('no-billing-customer'));
    const answers = await Promise.all(customers.map((one) => service.http.get(profilePath(one))));
    expect(answers.map(({ status }) => status)).toStrictEqual(customers.map(() => 200));
    const { bySource, byStatus } = stack.sandbox.traffic.counts;
    expect(bySource.token).toBe(1);
    // Each customer was answered once; a call before the new token was refused once.
    expect(bySource.reseller).toBe(20 + (byStatus[401] ?? 0));
    expect(byStatus[401]).toBeGreaterThan(0);
    const ids = stack.asked('reseller').flatMap(({ correlationId, requestId }) => [correlationId, requestId]);
    expect(new Set(ids).size).toBe(2 * bySource.reseller);
  });
});

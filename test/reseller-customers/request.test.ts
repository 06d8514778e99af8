import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { credentials } from '../../sandbox/credentials.ts';
import { customer } from '../../sandbox/customers/customers.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service, startService } from '../support/service.ts';

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
  await service.close();
});

afterAll(async () => {
  await stack.close();
});

/** A service with a token of its own instead of a client secret. */
function startWithToken(RESELLER_ACCESS_TOKEN: string): Promise<Service> {
  const others = Object.entries(stack.variables()).filter(([name]) => name !== 'RESELLER_CLIENT_SECRET');
  return startService({ ...Object.fromEntries(others), RESELLER_ACCESS_TOKEN });
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

describe('a call to the reseller customers API', () => {
  it('carries every header its documents require, and no other data', async () => {
    await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(200);
    const [call, ...others] = stack.asked('reseller');
    expect(others).toStrictEqual([]);
    expect(call).toMatchObject({
      method: 'GET',
      status: 200,
      correlationId: expect.stringMatching(UUID),
      requestId: expect.stringMatching(UUID),
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    });
    expect(call?.headerNames.map((name) => name.toLowerCase()).sort()).toStrictEqual([
      'accept', 'accept-encoding', 'authorization', 'connection', 'content-type', 'host', 'user-agent', 'x-api-key',
      'x-correlation-id', 'x-request-id',
    ]); // prettier-ignore
    // Key and token are checked by the sandbox itself.
    expect(stack.sandbox.traffic.counts.refused).toBe(0);
  });

  it('has ids of its own, different on every call, and nothing the caller sent', async () => {
    const sent = {
      'x-request-id': 'callers-request-0001',
      'x-correlation-id': 'callers-correlation-0001',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'callers=state0001',
      cookie: 'session=callers-cookie-0001',
      authorization: 'Bearer callers-token-0001',
      'user-agent': 'callers-agent-0001',
      'x-forwarded-for': '203.0.113.71',
    };
    const customers = ['some-connectors', 'some-connectors', 'no-billing-customer'].map((like) =>
      stack.newCustomer(like),
    );
    for (const one of customers) {
      const { headers } = await service.http.get(profilePath(one)).set(sent).expect(200);
      expect(headers['x-request-id']).toBe(sent['x-request-id']);
    }
    const calls = stack.asked('reseller');
    const ids = calls.flatMap(({ correlationId, requestId }) => [correlationId, requestId]);
    expect(calls).toHaveLength(3);
    expect(new Set(ids).size).toBe(6);
    const everything = JSON.stringify(stack.sandbox.traffic.requests);
    expect(everything).not.toMatch(/callers|0af7651916cd43dd8448eb211c80319c|b7ad6b7169203331|203\.0\.113\.71/);
  });

  it('names the customer percent-encoded in the path', async () => {
    await service.http.get(profilePath(customer('non-latin-id'))).expect(200);
    expect(stack.asked('reseller').map(({ path }) => path)).toStrictEqual([
      '/v3/customers/%D0%9A%D0%B5%D0%B4%D1%80-4471',
    ]);
  });

  it('uses the configured token as it is, without a call to the issuer', async () => {
    const withToken = await startWithToken(credentials.reseller.accessToken);
    const { status } = await withToken.http.get(profilePath(stack.newCustomer('no-billing-customer')));
    await withToken.close();
    expect(status).toBe(200);
    expect(stack.sandbox.traffic.counts).toMatchObject({ bySource: { token: 0, reseller: 1 }, refused: 0 });
  });

  it('is not repeated when the API refuses the configured token: there is no other', async () => {
    const withToken = await startWithToken('no-longer-valid');
    const { status, body } = await withToken.http.get(profilePath(stack.newCustomer('no-billing-customer')));
    await withToken.close();
    expect({ status, body }).toMatchObject({
      status: 502,
      body: { code: 'source_failed', source: 'reseller', state: 'unauthorised' },
    });
    expect(stack.sandbox.traffic.counts.bySource).toMatchObject({ token: 0, reseller: 1 });
  });
});

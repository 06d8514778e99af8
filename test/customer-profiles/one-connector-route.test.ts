import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../sandbox/faults/fault.ts';
import { withBillingError } from '../../src/customer-profiles/billing-error.interceptor.ts';
import { toProblem } from '../../src/problems/translate.ts';
import { throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { profilePath, type Stack, startStack } from './stack.ts';

const GENERAL = { error_code: 'BAD_REQUEST', message: 'An error occurred while processing your request.' };
const NO_UUID = { status_code: 10422, message: '1 validation error for Path; customer_id: value is not a valid uuid' };
const SERVER_ERROR = {
  error_code: 'INTERNAL_SERVER_ERROR',
  message: 'Failed to retrieve customer connector details',
};

/** The members of a problem that the billing platform documents. */
const wordsOf = (body: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(body).filter(([name]) => ['error_code', 'status_code', 'message'].includes(name)));

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

const path = (like: string, name: string): string => profilePath(stack.newCustomer(like), '', `/connectors/${name}`);

describe('GET …/connectors/{name} stands in for the billing platform’s own route', () => {
  it('answers in its schema, asking for nothing else', async () => {
    const { status, body } = await service.http.get(path('fully-linked', 'stripe'));
    expect(status).toBe(200);
    expect(body).toStrictEqual({
      connector_name: 'stripe',
      reference_id: 'cus_12345',
      customer_name: 'Acme Corporation',
      email: 'billing@acme.com',
    });
    expect(stack.sandbox.traffic.requests.map(({ source }) => source)).toStrictEqual(['stripe']);
  });

  it('answers null for a reference or e-mail address that is null or absent', async () => {
    const tern = { customer_name: 'Tern & Daughters', email: 'post@tern.example.net' };
    const answers = await Promise.all(
      ['stripe', 'xero', 'quickbooks', 'avalara'].map((name) =>
        service.http.get(path('linked-without-reference', name)),
      ),
    );
    expect(answers.map(({ body }) => body as unknown)).toStrictEqual([
      { connector_name: 'stripe', reference_id: null, ...tern },
      { connector_name: 'xero', reference_id: null, ...tern },
      { connector_name: 'quickbooks', reference_id: 'QB-10004', ...tern, email: null },
      { connector_name: 'avalara', reference_id: null, ...tern, email: null },
    ]);
  });

  it.each([
    ['some-connectors', 'adyen', 400, 'connector_not_linked', 'BAD_REQUEST', "No integration found for connector 'adyen'."],
    ['some-connectors', 'xero', 400, 'integration_removed', 'BAD_REQUEST', 'The requested integration is no longer available.'],
    ['unknown-to-billing', 'stripe', 404, 'billing_customer_not_found', 'NOT_FOUND', 'Customer not found'],
    ['no-billing-customer', 'stripe', 404, 'link_not_found', 'NOT_FOUND', 'Customer not found'],
  ] as const)('%s, %s: %d with the documented error_code and message beside the problem’s own members', async (like, name, status, code, error_code, message) => {
    const answer = await service.http.get(path(like, name));
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, code, error_code, message });
    expect(stack.sandbox.traffic.counts.bySource).toMatchObject({ reseller: 0, token: 0 });
  }); // prettier-ignore

  const FAILURES: readonly (readonly [what: string, fault: Fault, status: number, code: string])[] = [
    ['a 403', { kind: 'status', status: 403 }, 502, 'source_failed'],
    ['a 404 without the documented body', { kind: 'status', status: 404, body: '{}' }, 502, 'source_failed'],
    ['a 501', { kind: 'status', status: 501 }, 502, 'source_failed'],
    ['another connector’s details', { kind: 'override', patch: { connector_name: 'xero' } }, 502, 'source_failed'],
    ['a 429', { kind: 'status', status: 429 }, 503, 'source_unavailable'],
    ['silence', { kind: 'hang' }, 504, 'source_timeout'],
  ];

  it.each(FAILURES)('%s is a failure, never "not linked"', async (_what, fault, status, code) => {
    stack.sandbox.faults.set('stripe', fault);
    const asked = service.http.get(`${path('fully-linked', 'stripe')}&budgetMs=1500`).then((there) => there);
    await stack.sandbox.traffic.until(({ bySource }) => bySource.stripe === 1);
    if (fault.kind === 'hang') service.clock.advance(1501);
    const answer = await asked;
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code, source: 'stripe' });
    expect(answer.body).not.toHaveProperty('error_code');
    service.clock.advance(60_000);
  });

  it.each(['paypal', 'Stripe', '__proto__', 'constructor'])(
    'refuses %j, which is no connector, before any call, and names those there are',
    async (name) => {
      const { status, body } = await service.http.get(path('fully-linked', name));
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'invalid_request', errors: [{ in: 'path', name: 'name' }] });
      expect(body.errors[0].detail).toContain('stripe');
      expect(stack.sandbox.traffic.requests).toStrictEqual([]);
    },
  );

  it.each([
    [400, 'billing_request_failed', GENERAL],
    [422, 'billing_customer_id_invalid', NO_UUID],
    [500, 'billing_platform_failed', SERVER_ERROR],
  ] as const)('(A13) passes the platform’s %d on, with the documented body beside the problem', async (status, code, words) => {
    stack.sandbox.faults.set('stripe', { kind: 'status', status });
    const answer = await throughWaits(service, service.http.get(path('fully-linked', 'stripe')));
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, code, source: 'stripe', state: 'upstream_error' });
    expect(wordsOf(answer.body)).toStrictEqual(words);
  }); // prettier-ignore

  it('(A13) has the documented body of a 500 for an unforeseen error, whose cause stays for the log', () => {
    const cause = new Error('unforeseen');
    const problem = withBillingError(toProblem(cause));
    expect(problem.cause).toBe(cause);
    expect(wordsOf({ ...problem.toBody('an-id', '') })).toStrictEqual(SERVER_ERROR);
  });

  it.each(['42', '', '3fa85f64-5717-4562-b3fc-2c963f66afa6&billingCustomerId=42'])(
    '(A13) refuses the billing customer id "%s", which is no UUID, with the platform’s 422 and before any call',
    async (id) => {
      const { status, body } = await service.http.get(
        `/v1/customer-profiles/2005000001/connectors/stripe?billingCustomerId=${id}`,
      );
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: 'billing_customer_id_invalid', status: 422 });
      expect(body.errors).toMatchObject([{ in: 'query', name: 'billingCustomerId' }]);
      expect(wordsOf(body)).toStrictEqual(NO_UUID);
      expect(stack.sandbox.traffic.requests).toStrictEqual([]);
    },
  );

  it.each([
    ['path', '/v1/customer-profiles/x/connectors/stripe'],
    ['query', '/v1/customer-profiles/2005000001/connectors/stripe?budgetMs=0'],
  ])('(A13) gives a 400 for the %s the documented members, too', async (place, url) => {
    const { status, body } = await service.http.get(url);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ in: place }] });
    expect(wordsOf(body)).toStrictEqual(GENERAL);
  });

  it.each([
    { patch: { customer_name: null } },
    { patch: { customer_name: '' } },
    { patch: {}, remove: ['customer_name'] },
  ])('(A13) answers with an empty customer_name, never null: %j', async (change) => {
    stack.sandbox.faults.set('stripe', { kind: 'override', ...change });
    const { status, body } = await service.http.get(path('fully-linked', 'stripe'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ reference_id: 'cus_12345', customer_name: '' });
  });
});

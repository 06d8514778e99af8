import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  linkedAs,
  openStage,
  type ReadProfile,
  sourceOf,
  type Stage,
  type StagedCustomer,
} from '../profile-cache/stage.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { fuzz, LIMIT_MS, mutated } from './fuzz.ts';

/** Part of the requested customer's name, and of no other. */
const OWN = 'Ravensworth Tools';
let stage: Stage;
let service: Service;
let customer: StagedCustomer;

beforeAll(async () => {
  stage = await openStage();
  const variables = { BILLING_CONNECTORS: 'stripe', RESELLER_QUOTA_CALLS: '1000000', CACHE_FAILURE_SECONDS: '1' };
  service = await stage.service(variables);
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

/** What a source truly answers for this customer. */
function trueAnswer(source: 'reseller' | 'stripe'): unknown {
  customer = stage.customer({ stripe: linkedAs('cus_1') });
  if (source === 'reseller') return JSON.parse(stage.sandbox.customers.resourceText(customer.customerId) ?? '');
  return {
    connector_name: 'stripe',
    connector_type: 'payments',
    reference_id: 'cus_1',
    customer_name: OWN,
    email: 'a@example.com',
  };
}

/** Ids of somebody else, in the fields that say whom an answer is about, or might be thought to. */
const strangeIds: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  fc.constantFrom('customerId', 'billingCustomerId', 'customer_id', 'id', 'external_id', 'connector_name'),
  fc.constantFrom<unknown>(
    '20999999999999',
    20_999_999_999_999,
    '5d0c1f6e-3a44-4b7b-9c11-0000000000aa',
    'xero',
    '',
    null,
  ),
  { minKeys: 1 },
);

/** Bodies as sent: the true one with changes or about somebody else, any JSON, text, and bytes that break off. */
const bodies = (valid: unknown): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: mutated([valid]).map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: strangeIds.map((ids) => JSON.stringify({ ...(valid as object), ...ids })) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.nat(600).map((length) => JSON.stringify(valid).slice(0, length)) },
  );

/** What a body says in this field; null when it is no JSON object, or says nothing there. */
function said(body: string, field: string): string | null {
  try {
    const value = (JSON.parse(body) as Record<string, unknown> | null)?.[field];
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : null;
  } catch {
    return null;
  }
}

it.each(['reseller', 'stripe'] as const)(
  'whatever %s sends with whatever status, an answer is a profile or a problem, and what is called complete is this customer’s',
  async (source) => {
    let taken = 0;
    const statuses = fc.constantFrom(200, 200, 200, 400, 401, 403, 404, 422, 500);
    await fuzz(
      fc.record({ status: statuses, body: bodies(trueAnswer(source)) }),
      async ({ status, body }) => {
        stage.sandbox.faults.set(source, { kind: 'body', status, body });
        const read = service.http
          .get(customer.path)
          .set('cache-control', 'no-cache')
          .then((answer) => answer);
        const answer = await throughWaits(service, read);
        await settled(service);
        service.clock.advance(2000);
        expect([200, 404, 502, 503]).toContain(answer.status);
        expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json/);
        if (answer.status !== 200) return;
        const { customerId, billingCustomerId } = customer;
        expect(answer.body).toMatchObject({ customerId, billingCustomerId });
        const own = sourceOf(answer.body, source);
        // What has just come is only taken from an answer that is about this customer, or this connector.
        if (own && /^(ok|linked.*)$/.test(own.state) && !own.stale) {
          taken += 1;
          if (source === 'reseller') expect(said(body, 'customerId')).toBe(customerId);
          else expect(said(body, 'connector_name')?.toLowerCase()).toBe('stripe');
        }
        const states = (answer.body as ReadProfile).sources.map(({ state }) => state);
        const isDefinite = (state: string): boolean =>
          /^(ok|(un)?linked.*|not_linked|integration_removed|customer_unknown)$/.test(state);
        expect(answer.body.complete).toBe(states.every(isDefinite));
      },
      {
        inputs: 150,
        saved: [
          { status: 200, body: '' },
          { status: 200, body: 'null' },
          { status: 404, body: '{"code":1116}' },
        ],
      },
    );
    expect(taken).toBeGreaterThan(0);
  },
  LIMIT_MS,
);

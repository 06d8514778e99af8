import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import { linkedCustomer, resellerOnly, sourceOf } from './reading.ts';

const MEGABYTE = 1024 * 1024;

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await quietAgain(service);
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

describe.each([
  ['a 64 MB body', false],
  ['a gzip bomb of 64 MB', true],
])('%s', (_title, gzip) => {
  it('from one connector leaves the others linked', async () => {
    stack.sandbox.faults.set('xero', { kind: 'oversized', bytes: 64 * MEGABYTE, gzip });
    const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
    expect(sourceOf(body, 'xero')).toMatchObject({ state: 'malformed' });
    expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'linked' });
  });
});

/** JSON of exactly so many bytes. */
const sized = (value: object, bytes: number): string => {
  const length = JSON.stringify({ ...value, padding: '' }).length;
  return JSON.stringify({ ...value, padding: 'x'.repeat(bytes - length) });
};

describe.each([
  ['by default', {}, 262_144, 65_536],
  ['as it is configured', { RESELLER_MAX_BODY_BYTES: '10000', BILLING_MAX_BODY_BYTES: '5000' }, 10_000, 5000],
])('the limit of an answer, %s (F13)', (_how, variables, ofCustomer, ofConnector) => {
  let limited: Service;

  beforeAll(async () => {
    limited = await stack.start(variables);
  });

  afterEach(() => quietAgain(limited));

  afterAll(() => limited.close());

  it.each([
    ['is read', 0, 200],
    ['is malformed one byte beyond it', 1, 502],
  ])('a customer %s', async (_what, more, status) => {
    const one = stack.newCustomer('no-billing-customer');
    stack.sandbox.faults.set('reseller', { kind: 'body', body: sized(one.resource, ofCustomer + more) });
    await limited.http.get(profilePath(one)).expect(status);
  });

  it.each([
    ['is read', 0, 'linked'],
    ['is malformed one byte beyond it', 1, 'malformed'],
  ])('a connector %s', async (_what, more, state) => {
    const answer = { connector_name: 'stripe', reference_id: 'cus_1', customer_name: 'Fairmont', email: null };
    stack.sandbox.faults.set('stripe', { kind: 'body', body: sized(answer, ofConnector + more) });
    const { body } = await limited.http.get(linkedCustomer(stack).path).expect(200);
    expect(sourceOf(body, 'stripe')).toMatchObject({ state });
  });
});

describe('50,000 nested arrays (F13)', () => {
  const nested = '['.repeat(50_000) + ']'.repeat(50_000);

  it('as the body are `malformed`', async () => {
    stack.sandbox.faults.set('reseller', { kind: 'body', body: nested });
    const { body } = await service.http.get(resellerOnly(stack, 1)[0] ?? '').expect(502);
    expect(body).toMatchObject({ state: 'malformed' });
  });

  it('with a key that looks like a prototype in the depth are `malformed`', async () => {
    const deep = `${'['.repeat(50_000)}{"__proto__":{}}${']'.repeat(50_000)}`;
    stack.sandbox.faults.set('reseller', { kind: 'body', body: deep });
    const { body } = await service.http.get(resellerOnly(stack, 1)[0] ?? '').expect(502);
    expect(body).toMatchObject({ state: 'malformed' });
  });

  it.each(['tags', 'discounts', 'benefits', 'linkedMembership', 'companyProfile', 'status', 'novelty'])(
    'in %s of a customer are a normal answer',
    async (field) => {
      const one = stack.newCustomer('no-billing-customer');
      const others = JSON.stringify({ ...one.resource, [field]: undefined });
      const body = `${others.slice(0, -1)},"${field}":${nested}}`;
      stack.sandbox.faults.set('reseller', { kind: 'body', body });
      const { body: record } = await service.http.get(profilePath(one)).expect(200);
      expect(record.complete).toBe(true);
      expect(service.log.filter(({ level }) => level === 'error')).toStrictEqual([]);
    },
  );
});

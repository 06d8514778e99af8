import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { linkedCustomer, resellerOnly, sourceOf } from './reading.ts';

const MEGABYTE = 1024 * 1024;

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

describe('a body just below the limit', () => {
  it('is read', async () => {
    const one = stack.newCustomer('no-billing-customer');
    const body = JSON.stringify({ ...one.resource, padding: 'x'.repeat(MEGABYTE - 4096) });
    stack.sandbox.faults.set('reseller', { kind: 'body', body });
    await service.http.get(profilePath(one)).expect(200);
  });
});

describe('50,000 nested arrays', () => {
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

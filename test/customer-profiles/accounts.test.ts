import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customers } from '../../sandbox/customers/customers.ts';
import { throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { expectedAccount } from './expected-accounts.ts';
import { profilePath, type Stack, startStack } from './stack.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start();
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

describe('the reseller’s view in a profile is right in every field', () => {
  it.each(customers.map(({ slug, about }) => [slug, about]))('%s: %s', async (slug) => {
    const one = customers.find((candidate) => candidate.slug === slug);
    if (!one) throw new Error('it.each gave an unknown slug');
    const { status, body } = await throughWaits(service, service.http.get(profilePath(one)));
    const { customerId, name, email, phoneNumber, address, account } = body;
    expect(status).toBe(200);
    expect({ customerId, name, email, phoneNumber, address, account }).toStrictEqual(
      expectedAccount(slug, one.resource.customerId),
    );
  });

  it('asks the sandbox for nothing it would refuse', () => {
    const { refused, invalidIds, replays, duplicateRequestIds } = stack.sandbox.traffic.counts;
    expect({ refused, invalidIds, replays, duplicateRequestIds }).toStrictEqual({
      refused: 0,
      invalidIds: 0,
      replays: 0,
      duplicateRequestIds: 0,
    });
  });
});

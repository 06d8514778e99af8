import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customer } from '../../sandbox/customers/customers.ts';
import { type Conflict } from '../../src/profile-merge/merge.schema.ts';
import { type ProfileConnector } from '../../src/profile-merge/profile.schema.ts';
import { throughWaits } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
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

/** Of each connector what the profile shows beside its name and category. */
async function connectorsOf(slug: string): Promise<{ complete: boolean; shown: Record<string, unknown> }> {
  const { body } = await throughWaits(service, service.http.get(profilePath(customer(slug))));
  const shown = (body.connectors as ProfileConnector[]).map((connector) => {
    const rest = Object.entries(connector).filter(([key]) => key !== 'name' && key !== 'category');
    return [connector.name, Object.fromEntries(rest)] as const;
  });
  return { complete: body.complete, shown: Object.fromEntries(shown) };
}

const fieldsOf = (conflicts: unknown): readonly string[] => (conflicts as Conflict[]).map(({ field }) => field);
const notLinked = { state: 'not_linked' };

describe('the connectors of a profile', () => {
  it('distinguishes linked, removed and never linked, all of them definite', async () => {
    const boats = { state: 'linked', customerName: 'Halvorsen Boats', email: 'accounts@halvorsen.example.com' };
    expect(await connectorsOf('some-connectors')).toStrictEqual({
      complete: true,
      shown: {
        stripe: { ...boats, referenceId: 'cus_HB0002' },
        adyen: notLinked,
        quickbooks: notLinked,
        xero: { state: 'integration_removed' },
        zoho: notLinked,
        netsuite: notLinked,
        avalara: notLinked,
        anrok: notLinked,
        salesforce: { ...boats, customerName: 'Halvorsen Boats AS', referenceId: '001Hs0000HB0002' },
        hubspot: { ...boats, email: 'rosa@example.com', referenceId: '512048812' },
        dealhub: notLinked,
      },
    });
  });

  it('shows a null or absent reference as null, with its own state', async () => {
    const tern = { customerName: 'Tern & Daughters', email: 'post@tern.example.net' };
    const { complete, shown } = await connectorsOf('linked-without-reference');
    expect(complete).toBe(true);
    expect(shown).toMatchObject({
      stripe: { state: 'linked_no_reference', referenceId: null, ...tern },
      xero: { state: 'linked_no_reference', referenceId: null, ...tern },
      quickbooks: { state: 'linked', referenceId: 'QB-10004', ...tern, email: null },
      zoho: { state: 'linked', referenceId: '460000010004', ...tern, email: null },
      avalara: { state: 'linked_no_reference', referenceId: null, ...tern, email: null },
      adyen: notLinked,
    });
  });

  it('shows the two that fail for one customer as failed and the other nine in full', async () => {
    const { complete, shown } = await connectorsOf('failing-connectors');
    const states = Object.values(shown).map((one) => (one as ProfileConnector).state);
    expect(complete).toBe(false);
    expect(shown).toMatchObject({ adyen: { state: 'upstream_error' }, netsuite: { state: 'upstream_error' } });
    expect(states.filter((state) => state === 'linked')).toHaveLength(9);
  });

  it('calls a deleted billing customer unknown, which is definite, and keeps the reseller’s view', async () => {
    const { complete, shown } = await connectorsOf('unknown-to-billing');
    expect(complete).toBe(true);
    expect(new Set(Object.values(shown).map((one) => (one as ProfileConnector).state))).toStrictEqual(
      new Set(['customer_unknown']),
    );
  });

  it('gives two reseller customers with one billing customer the same references, each its own account', async () => {
    const [first, second] = await Promise.all(
      ['shared-billing-first', 'shared-billing-second'].map((slug) => service.http.get(profilePath(customer(slug)))),
    );
    expect(first?.body.connectors).toHaveLength(11);
    expect(first?.body.connectors).toStrictEqual(second?.body.connectors);
    expect([first?.body.account.resellerId, second?.body.account.resellerId]).toStrictEqual([
      '5556667778',
      '5556667779',
    ]);
    // The names differ in case alone, which is no conflict.
    expect(fieldsOf(second?.body.conflicts)).toStrictEqual(['email']);
  });

  it('takes a partner’s partnerCode of the company name for no conflict, and still shows the name as it is', async () => {
    const { body } = await service.http.get(profilePath(customer('alphanumeric-id')));
    expect(body.name).toBe('Marlowe Press (AGR-1234)');
    expect(fieldsOf(body.conflicts)).toStrictEqual(['email']);
  });
});

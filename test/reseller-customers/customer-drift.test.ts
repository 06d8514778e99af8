import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { customers } from '../../sandbox/customers/customers.ts';
import { isLargeGovernmentAgency } from '../../src/reseller-customers/benefits.wire.ts';
import { customerDrift } from '../../src/reseller-customers/reseller-customer.drift.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { metric } from '../upstream/reading.ts';

const drift = (fields: object): readonly string[] =>
  customerDrift({ customerId: 'P100', ...fields }).map(({ field, kind }) => `${kind} ${field}`);

/** Everything by which the customer `unknown-fields` differs from the documents. */
const UNKNOWN_FIELDS = [
  'unknown_field companyProfile.industryCode',
  'unknown_field discounts.stackable',
  'unknown_field linkedMembership.seats',
  'unknown_field loyaltyTier',
  'unknown_value benefits.status',
  'unknown_value benefits.type',
  'unknown_value companyProfile.marketSegment',
  'unknown_value companyProfile.marketSubSegments',
  'unknown_value discounts.offerType',
  'unknown_value linkedMembership.linkedMembershipType',
  'unknown_value linkedMembership.type',
  'unknown_value status',
];

describe('the drift of a customer resource', () => {
  it.each(customers.map(({ slug, resource }) => [slug, resource] as const))(
    'of the sandbox’s %s is as described',
    (slug, resource) => {
      const expected: Record<string, readonly string[]> = {
        'unknown-fields': UNKNOWN_FIELDS,
        'status-undocumented': ['unknown_value status'],
      };
      const { customerId, ...fields } = resource;
      expect([...drift({ customerId, ...fields })].sort()).toStrictEqual(expected[slug] ?? []);
    },
  );

  it.each<[object, readonly string[]]>([
    [{ status: { code: '1000' } }, ['unexpected_type status']],
    [{ status: 1000 }, ['unexpected_type status']],
    [{ globalSalesEnabled: 'false' }, ['unexpected_type globalSalesEnabled']],
    [{ tags: 'HVD' }, ['unexpected_type tags']],
    [{ tags: ['HVD', 7] }, ['unexpected_type tags']],
    [{ discounts: { offerType: 'LICENSE' } }, ['unexpected_type discounts']],
    [{ companyProfile: [{}] }, ['unexpected_type companyProfile']],
    [{ companyProfile: { contacts: ['Rosa'] } }, ['unexpected_type companyProfile.contacts']],
    [{ linkedMembership: [{ id: '1' }, { id: '2' }] }, ['unexpected_type linkedMembership']],
    [{ linkedMembership: [{ seats: 3 }] }, ['unknown_field linkedMembership.seats']],
    [{ companyProfile: { address: { floor: 3 } } }, ['unknown_field companyProfile.address.floor']],
    [
      {
        benefits: [
          {
            type: 'THREE_YEAR_COMMIT',
            commitmentRequest: { status: 'LOST', minimumQuantities: [{ quantity: '5', unit: 'x' }] },
          },
        ],
      },
      [
        'unknown_value benefits.commitmentRequest.status',
        'unexpected_type benefits.commitmentRequest.minimumQuantities.quantity',
        'unknown_field benefits.commitmentRequest.minimumQuantities.unit',
      ],
    ],
    [{ benefits: ['LARGE_GOVERNMENT_AGENCY', 'THREE_YEAR_COMMIT'] }, []],
    [{ benefits: 'LARGE_GOVERNMENT_AGENCY' }, ['unexpected_type benefits']],
    [{ benefits: ['PLATINUM'] }, ['unknown_value benefits']],
    [{ benefits: [7, ['LARGE_GOVERNMENT_AGENCY']] }, ['unexpected_type benefits']],
    [{ benefits: [{}] }, ['unreadable_value benefits']],
    [{ benefits: [{ type: {}, status: 'ACTIVE' }] }, ['unexpected_type benefits.type']],
    [{ benefits: [{ type: 'LARGE_GOVERNMENT_AGENCY' }] }, []],
    [{ linkedMembership: [{ id: '1' }, 'second'] }, ['unexpected_type linkedMembership']],
    [
      {
        linkedMembership: [
          { id: '1', type: 'X' },
          { id: '2', type: 'Y' },
        ],
      },
      ['unexpected_type linkedMembership', 'unknown_value linkedMembership.type'],
    ],
    [{ companyProfile: { address: { country: 'USA' } } }, ['unknown_value companyProfile.address.country']],
    [{ companyProfile: { address: [{ country: 'US' }] } }, ['unexpected_type companyProfile.address']],
    [{ cotermDate: '2020-05-02 00:00:00', creationDate: '2024-07-17T03:47' }, []],
    [{ toString: 1, valueOf: 2 }, ['unknown_field toString', 'unknown_field valueOf']],
  ])('of %j is %j', (fields, expected) => {
    expect(drift(fields)).toStrictEqual(expected);
  });

  it('names a thing once, however many list items have it', () => {
    const contacts = [{ title: 'Dr' }, { title: 'Ms' }, { title: 'Mr' }];
    expect(drift({ companyProfile: { contacts } })).toStrictEqual(['unknown_field companyProfile.contacts.title']);
  });

  it.each([null, '', ' ', undefined])('is none where a field is %j', (nothing) => {
    const names = ['externalReferenceId', 'status', 'tags', 'linkedMembership', 'companyProfile', 'discounts'];
    expect(drift(Object.fromEntries(names.map((name) => [name, nothing])))).toStrictEqual([]);
    const benefits = [{ type: 'THREE_YEAR_COMMIT', status: nothing, commitment: nothing }];
    expect(drift({ tags: [nothing], discounts: [nothing], benefits })).toStrictEqual([]);
  });

  it.each([null, '', ' ', '\u200b'])('is found for a benefit that is %j, as it may have been any', (nothing) => {
    expect(drift({ benefits: [nothing] })).toStrictEqual(['unreadable_value benefits']);
    expect(drift({ benefits: ['THREE_YEAR_COMMIT', nothing] })).toStrictEqual(['unreadable_value benefits']);
    expect(drift({ benefits: nothing })).toStrictEqual([]);
    expect(isLargeGovernmentAgency(nothing)).toBe(false);
  });

  it('is found wherever the benefits leave it open whether the customer is an agency', () => {
    const known = fc.constantFrom('LARGE_GOVERNMENT_AGENCY', 'THREE_YEAR_COMMIT', 'PLATINUM', ' ');
    const nothing = fc.constantFrom(null, '', ' ', '\u200b', {}, []);
    const status = fc.oneof(fc.constantFrom('ACTIVE', 'PENDING_UPGRADE', 'PAUSED'), nothing);
    const benefit = fc.record({ type: fc.oneof(known, nothing), status }, { requiredKeys: [] });
    const item = fc.oneof(known, nothing, benefit, fc.jsonValue());
    fc.assert(
      fc.property(fc.oneof(item, fc.array(item, { maxLength: 4 })), (benefits) => {
        fc.pre(isLargeGovernmentAgency(benefits) === null);
        expect(drift({ benefits })).not.toStrictEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads 200 keys of an object and 100 items of a list, nothing inside unknown fields, and names at most 1,000 findings', () => {
    const odd = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`odd${index}`, 1]));
    expect(drift(odd)).toHaveLength(199);
    const contacts = Array.from({ length: 5000 }, (_, index) => ({ [`odd${index}`]: 1 }));
    expect(drift({ companyProfile: { contacts } })).toHaveLength(100);
    const names = contacts.map((_, item) => Array.from({ length: 20 }, (_name, index) => [`odd${item}_${index}`, 1]));
    expect(drift({ discounts: names.map((entries) => Object.fromEntries(entries) as object) })).toHaveLength(1000);
    const deep: unknown = JSON.parse('[{"a":'.repeat(3000) + '1' + '}]'.repeat(3000));
    expect(drift({ links: deep, loyaltyTier: deep })).toStrictEqual(['unknown_field loyaltyTier']);
  });

  it('of any JSON is a list of names and kinds, and repeats no value', () => {
    const names = fc.constantFrom('companyProfile', 'contacts', 'benefits', 'commitment', 'status', 'tags', 'odd');
    const { any } = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>(null, 0, true, '', 'canary-value'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(names, tie('any')),
      ),
    }));
    fc.assert(
      fc.property(fc.oneof(any, fc.jsonValue()), (body) => {
        for (const { field, kind } of customerDrift(body)) {
          expect(['unknown_field', 'unexpected_type', 'unknown_value', 'unreadable_value']).toContain(kind);
          expect(field).not.toContain('canary-value');
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a customer from after a new release', () => {
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

  it('is a complete 200; each read counts the drift, the first one logs it, and no value appears', async () => {
    const reads = 5;
    for (let read = 0; read < reads; read += 1) {
      const { body } = await service.http.get(profilePath(stack.newCustomer('unknown-fields'))).expect(200);
      expect(body).toMatchObject({ complete: true, account: { status: { code: '1099', label: null } } });
    }
    for (const [kind = '', field = ''] of UNKNOWN_FIELDS.map((finding) => finding.split(' ')))
      expect(await metric(service, 'upstream_drift_total', { upstream: 'reseller', field, kind })).toBe(reads);
    expect(await metric(service, 'upstream_drift_total')).toBe(reads * UNKNOWN_FIELDS.length);
    const lines = service.log.filter(({ event }) => event === 'drift_first_seen');
    expect(lines.map(({ detail }) => detail).sort()).toStrictEqual(UNKNOWN_FIELDS);
    expect(lines[0]).toMatchObject({ level: 'info', msg: 'upstream drift', upstream: 'reseller' });
    const output = JSON.stringify(service.log) + (await service.http.get('/metrics')).text;
    for (const value of ['GOLD', 'SEATS', 'CARBON', 'PROVISIONAL', 'FEDERATION', 'OBSERVER', 'NGO', 'SPACE', '1099'])
      expect(output).not.toContain(`"${value}`);
  });

  it('with values that cannot be read is a complete 200, and they are counted, not passed over (C10)', async () => {
    const one = stack.newCustomer('no-billing-customer', {
      creationDate: 'noon',
      cotermDate: '2025-02-30',
      globalSalesEnabled: 'maybe',
      linkedMembership: [{ id: '1', creationDate: '2024-07-17T03:47' }, { id: '2' }],
    });
    const { body } = await service.http.get(profilePath(one)).expect(200);
    expect(body.complete).toBe(true);
    expect(body.account).toMatchObject({ createdAt: null, cotermDate: null, globalSalesEnabled: null });
    expect(body.account.linkedMembership).toMatchObject({ id: '1', createdAt: '2024-07-17T03:47:00Z' });
    expect(body.account.otherLinkedMemberships).toMatchObject([{ id: '2' }]);
    const { body: report } = await service.http.get('/health/dependencies').expect(200);
    const found = (report.drift as { kind: string; field: string }[]).map(({ kind, field }) => `${kind} ${field}`);
    const expected = [
      'unreadable_value creationDate',
      'unreadable_value cotermDate',
      'unexpected_type globalSalesEnabled',
      'unexpected_type linkedMembership',
    ];
    expect(found).toStrictEqual(expect.arrayContaining(expected));
  });
});

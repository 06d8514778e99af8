import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCustomer } from '../../src/reseller-customers/reseller-customer.wire.ts';

const account = (fields: object): Record<string, unknown> | undefined =>
  readCustomer({ customerId: '1005110001', ...fields })?.account;

/** Objects with the wire's own field names and anything in them, so that random values reach every branch. */
const wireNames = [
  'customerId', 'companyProfile', 'companyName', 'address', 'contacts', 'benefits', 'commitment', 'minimumQuantities',
  'linkedMembership', 'benefitTypes', 'discounts', 'status', 'type', 'creationDate', 'cotermDate', 'tags', 'quantity',
  'startDate', '__proto__', 'constructor',
]; // prettier-ignore
const { anything } = fc.letrec<{ anything: unknown }>((tie) => ({
  anything: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<unknown>(null, '', 'constructor', '__proto__', 'toString', '2024-02-30', 0, -1, 1e308, true),
    fc.jsonValue(),
    fc.array(tie('anything'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...wireNames), tie('anything'), { maxKeys: 8 }),
  ),
}));

describe('reading the customer resource', () => {
  it('never fails for any JSON, and its result survives JSON unchanged', () => {
    fc.assert(
      fc.property(anything, (body) => {
        const sent: unknown = JSON.parse(JSON.stringify(body));
        const customer = readCustomer(sent);
        expect(JSON.parse(JSON.stringify(customer))).toStrictEqual(customer);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives every account the same fields, with any data beside the id', () => {
    const fields = Object.keys(account({}) ?? {});
    expect(fields).toHaveLength(16);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...wireNames), anything), (body) => {
        expect(Object.keys(account({ ...body, customerId: 'P1' }) ?? {})).toStrictEqual(fields);
      }),
    );
  });

  it.each([
    null,
    'text',
    7,
    true,
    [],
    {},
    { customerId: '' },
    { customerId: ' ' },
    { customerId: null },
    [{ customerId: 'P1' }],
  ])('gives null for %j: it is no customer', (body) => {
    expect(readCustomer(body)).toBeNull();
  });

  it('drops links and unknown fields', () => {
    const text = JSON.stringify(readCustomer({ customerId: 'P100', links: { self: { uri: '/v3/x' } }, novelty: 'N1' }));
    expect(text).not.toMatch(/v3|N1|novelty|links/);
  });

  it.each([
    ['1000', 'active'],
    ['1002', 'pending'],
    ['1004', 'inactive'],
    ['1010', 'inactive_invalid_address'],
    ['1012', 'inactive_account_blocked'],
    ['1014', 'inactive_duplicate'],
    ['1098', null],
    ['constructor', null],
    ['__proto__', null],
  ])('labels status %s %s', (code, label) => {
    expect(account({ status: code })?.status).toStrictEqual({ code, label });
  });

  it('reads a status that was sent as a number', () => {
    expect(account({ status: 1000 })?.status).toStrictEqual({ code: '1000', label: 'active' });
  });

  it('reads a membership in an array like one that is not', () => {
    const membership = { id: '1', name: 'N', type: 'STANDARD', linkedMembershipType: 'OWNER' };
    expect(account({ linkedMembership: [membership] })).toStrictEqual(account({ linkedMembership: membership }));
  });

  it.each([null, undefined, '', [], {}, [null]])('reads the membership %j as none', (linkedMembership) => {
    expect(account({ linkedMembership })?.linkedMembership).toBeNull();
  });

  it.each([
    ['an object', { id: '1' }, '1', []],
    ['a list of one', [{ id: '1' }], '1', []],
    ['a list of two', [{ id: '1' }, { id: '2' }], '1', ['2']],
    ['a list of three with an empty one', [{}, { id: '1' }, { id: '2' }, { id: '3' }], '1', ['2', '3']],
    ['a list of two with one that cannot be read', ['1', { id: '2' }], '2', []],
  ])('keeps every linked membership of %s', (_title, linkedMembership, first, others) => {
    const { linkedMembership: one, otherLinkedMemberships } =
      readCustomer({ customerId: 'P1', linkedMembership })?.account ?? {};
    expect(one?.id).toBe(first);
    expect(otherLinkedMemberships?.map(({ id }) => id)).toStrictEqual(others);
  });

  it('reads each contact', () => {
    const contact = { firstName: 'Ida', lastName: 'Lund', email: 'ida@example.com', phoneNumber: '+45 1' };
    expect(account({ companyProfile: { contacts: [{ ...contact, more: 1 }, { email: '' }] } })?.contacts).toStrictEqual(
      [contact, { firstName: null, lastName: null, email: null, phoneNumber: null }],
    );
  });

  it('leaves out an empty object of a list: it says nothing', () => {
    expect(account({ discounts: [{}], companyProfile: { contacts: [{}] } })).toMatchObject({
      discounts: [],
      contacts: [],
    });
  });

  it('keeps a level as it was sent, and gives a number no zero', () => {
    const discounts = ['02', 'T1', 2, '2'].map((level) => ({ offerType: 'LICENSE', level }));
    expect(account({ discounts })?.discounts).toMatchObject([
      { level: '02' },
      { level: 'T1' },
      { level: '2' },
      { level: '2' },
    ]);
  });

  it('keeps the spaces around an id: they may belong to it', () => {
    expect(account({ externalReferenceId: ' 342 ' })?.externalReferenceId).toBe(' 342 ');
  });

  it('reads a quantity that was sent as text, and no text that is not a number', () => {
    const quantities = [5, '12', ' ', 'many', null].map((quantity) => ({ offerType: 'LICENSE', quantity }));
    const benefits = [{ type: 'THREE_YEAR_COMMIT', commitment: { minimumQuantities: quantities } }];
    expect(account({ benefits })).toMatchObject({
      benefits: [{ commitment: { minimumQuantities: [5, 12, null, null, null].map((quantity) => ({ quantity })) } }],
    });
  });

  it('reads flags in words, and no other value', () => {
    const read = [true, false, 'true', 'false', 'yes', 1, null].map((flag) => account({ globalSalesEnabled: flag }));
    expect(read.map((one) => one?.globalSalesEnabled)).toStrictEqual([true, false, true, false, null, null, null]);
  });
});

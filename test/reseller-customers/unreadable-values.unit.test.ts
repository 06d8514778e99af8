import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { customerDrift } from '../../src/reseller-customers/reseller-customer.drift.ts';
import { readCustomer } from '../../src/reseller-customers/reseller-customer.wire.ts';

/** A customer with this value in one place, and the value read from there. */
type Place = readonly [name: string, sent: (value: unknown) => object, read: (body: object) => unknown];

const accountOf = (body: object): Record<string, unknown> => readCustomer(body)?.account ?? {};
const commitmentOf = (body: object): Record<string, unknown> => {
  const [benefit] = accountOf(body).benefits as [{ commitment: Record<string, unknown> }];
  return benefit.commitment;
};
const committed = (commitment: object): object => ({
  customerId: 'P100',
  benefits: [{ type: 'THREE_YEAR_COMMIT', commitment }],
});
const profiled = (companyProfile: object): object => ({ customerId: 'P100', companyProfile });

const PLACES: readonly Place[] = [
  ['creationDate', (value) => ({ customerId: 'P100', creationDate: value }), (body) => accountOf(body).createdAt],
  ['cotermDate', (value) => ({ customerId: 'P100', cotermDate: value }), (body) => accountOf(body).cotermDate],
  ['linkedMembership.creationDate', (value) => ({ customerId: 'P100', linkedMembership: { id: '1', creationDate: value } }), (body) => (accountOf(body).linkedMembership as { createdAt: unknown }).createdAt],
  ['benefits.commitment.startDate', (value) => committed({ startDate: value }), (body) => commitmentOf(body).startDate],
  ['benefits.commitment.endDate', (value) => committed({ endDate: value }), (body) => commitmentOf(body).endDate],
  ['benefits.commitment.minimumQuantities.quantity', (value) => committed({ minimumQuantities: [{ offerType: 'LICENSE', quantity: value }] }), (body) => (commitmentOf(body).minimumQuantities as [{ quantity: unknown }])[0].quantity],
  ['globalSalesEnabled', (value) => ({ customerId: 'P100', globalSalesEnabled: value }), (body) => accountOf(body).globalSalesEnabled],
  ['status', (value) => ({ customerId: 'P100', status: value }), (body) => accountOf(body).status],
  ['resellerId', (value) => ({ customerId: 'P100', resellerId: value }), (body) => accountOf(body).resellerId],
  ['companyProfile.companyName', (value) => profiled({ companyName: value }), (body) => readCustomer(body)?.companyName],
  ['companyProfile.marketSegment', (value) => profiled({ marketSegment: value }), (body) => accountOf(body).marketSegment],
  ['companyProfile.address', (value) => profiled({ address: value }), (body) => readCustomer(body)?.address],
  ['companyProfile.address.country', (value) => profiled({ address: { city: 'Graz', country: value } }), (body) => readCustomer(body)?.address?.country],
  ['linkedMembership', (value) => ({ customerId: 'P100', linkedMembership: value }), (body) => accountOf(body).linkedMembership],
]; // prettier-ignore

const VALUES = [
  'soon', '2024-02-30', '2024-07-17T25:00', '31.12.2024', '0x10', 'yes', 'TRUE', 'unknown', '1721188055', 7, 0, -1, 1.5, true, false, [], [[]],
  ['2024-07-17'], { value: '2024-07-17' }, [{ value: 1 }], [null], '2024-07-17T03:47', '2024-07-17 03:47:35', '2024-07-17', '12', 'false', '1000', 'US',
]; // prettier-ignore

const findings = (body: object): readonly string[] => customerDrift(body).map(({ field }) => field);

/** Nothing was sent: also `{}`, which means "not known", and a list of nothing. */
function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isNothing);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || (typeof value === 'string' && value.trim() === '');
}

describe.each(PLACES)('a value of %s', (name, sent, read) => {
  it('that is there and cannot be read is null, and counted as drift (C10)', () => {
    for (const value of VALUES.filter((one) => !isNothing(one))) {
      const body = sent(value);
      if (read(body) === null) expect([value, findings(body)]).toStrictEqual([value, [expect.stringContaining(name)]]);
    }
    // Nothing of this place can be read from it.
    expect(read(sent([[]]))).toBeNull();
  });

  it.each([null, undefined, '', ' ', '\u200b'])('that is %j is null, and no drift', (nothing) => {
    expect(read(sent(nothing))).toBeNull();
    expect(findings(sent(nothing))).toStrictEqual([]);
  });

  it('is null without drift for no JSON value but an empty one', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), (value) => {
        fc.pre(!isNothing(value));
        const body = sent(value);
        if (read(body) === null) expect(findings(body)).not.toStrictEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLargeGovernmentAgency, readBenefits } from '../../src/reseller-customers/benefits.wire.ts';

const AGENCY = 'LARGE_GOVERNMENT_AGENCY';
const OTHER = 'THREE_YEAR_COMMIT';

describe('a large government agency (A2)', () => {
  it.each<[string, unknown, boolean | null]>([
    ['an object', [{ type: AGENCY, status: 'ACTIVE' }], true],
    ['an object without a status', [{ type: AGENCY }], true],
    ['an object with an empty status', [{ type: AGENCY, status: '' }], true],
    ['a string', [AGENCY], true],
    ['a string in spaces', [` ${AGENCY} `], true],
    ['a string without its list', AGENCY, true],
    ['an object without its list', { type: AGENCY }, true],
    ['a string beside an unreadable benefit', [7, AGENCY], true],
    ['a pending upgrade', [{ type: AGENCY, status: 'PENDING_UPGRADE' }], false],
    ['a pending upgrade beside an unreadable benefit', [{ type: AGENCY, status: 'PENDING_UPGRADE' }, 7], null],
    ['a status that is not documented', [{ type: AGENCY, status: 'PAUSED' }], null],
    ['a status that is an object', [{ type: AGENCY, status: { code: 'ACTIVE' } }], null],
    ['a status that is empty', [{ type: AGENCY, status: {} }], null],
    ['another benefit', [{ type: OTHER }], false],
    ['an unknown benefit', ['PLATINUM'], null],
    ['no benefit', [], false],
    ['null', null, false],
    ['nothing', undefined, false],
    ['an empty object', {}, null],
    ['a list of an empty object', [{}], null],
    ['a list of null', [null], null],
    ['a list of a list', [[AGENCY]], null],
    ['a nested type', [{ type: { name: AGENCY } }], null],
    ['a nested benefit', [{ benefit: { type: AGENCY } }], null],
    ['a number', 5, null],
    ['false', false, null],
  ])('sent as %s', (_title, sent, expected) => {
    expect(isLargeGovernmentAgency(sent)).toBe(expected);
  });

  it('is never false when a benefit cannot be read', () => {
    const unreadable = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.array(fc.jsonValue()),
      fc.constant({}),
      fc.record({ type: fc.oneof(fc.constant(null), fc.array(fc.string())) }),
    );
    const any = fc.oneof(unreadable, fc.constantFrom<unknown>(AGENCY, OTHER, { type: AGENCY }, { type: OTHER }));
    fc.assert(
      fc.property(fc.array(any), unreadable, fc.array(any), (before, one, after) => {
        expect(isLargeGovernmentAgency([...before, one, ...after])).not.toBe(false);
      }),
    );
  });
});

it('a benefit that is a string is read as one with this type alone', () => {
  expect(readBenefits([AGENCY, { type: AGENCY }])).toStrictEqual([
    ...readBenefits([AGENCY]),
    ...readBenefits([AGENCY]),
  ]);
  expect(readBenefits([AGENCY])).toStrictEqual([
    { type: AGENCY, status: null, commitment: null, commitmentRequest: null, recommitmentRequest: null },
  ]);
});

it('what is no benefit is left out, and so is a commitment that says nothing', () => {
  const [benefit, ...others] = readBenefits([7, { type: OTHER, commitment: {}, commitmentRequest: { status: null } }]);
  expect(others).toStrictEqual([]);
  expect(benefit?.commitment).toBeNull();
  expect(benefit?.commitmentRequest).toStrictEqual({
    startDate: null,
    endDate: null,
    status: null,
    minimumQuantities: [],
  });
});

describe('the type of a benefit', () => {
  const anyCase = (name: string): fc.Arbitrary<string> =>
    fc.mixedCase(fc.constant(name), { toggleCase: (letter) => letter.toLowerCase() });

  it('is read in any case when it is documented', () => {
    fc.assert(
      fc.property(anyCase(AGENCY), anyCase(OTHER), fc.constantFrom('', ' '), (agency, other, space) => {
        for (const sent of [[agency + space], [{ type: agency }], [space + other, { type: agency, status: 'ACTIVE' }]])
          expect(isLargeGovernmentAgency(sent)).toBe(true);
        expect(isLargeGovernmentAgency([other, { type: other }])).toBe(false);
        expect(readBenefits([agency, { type: other }]).map(({ type }) => type)).toStrictEqual([AGENCY, OTHER]);
      }),
    );
  });

  it('leaves it open whether the customer is an agency when no document names it, and is kept as it was sent', () => {
    const names = fc.constantFrom(AGENCY, OTHER, AGENCY.toLowerCase(), 'agency');
    const joined = fc.tuple(names, fc.constantFrom(',', ', ', ';', '|', ' and '), names).map((parts) => parts.join(''));
    const near = fc.constantFrom(
      'LARGE-GOVERNMENT-AGENCY',
      'LargeGovernmentAgency',
      'LGA',
      '["LARGE_GOVERNMENT_AGENCY"]',
    );
    fc.assert(
      fc.property(fc.oneof(joined, near), (sent) => {
        for (const benefit of [sent, { type: sent }, { type: sent, status: 'ACTIVE' }])
          for (const list of [[benefit], [OTHER, benefit], [{ type: AGENCY, status: 'PENDING_UPGRADE' }, benefit]])
            expect(isLargeGovernmentAgency(list)).toBeNull();
        expect(readBenefits(sent)).toMatchObject([{ type: sent }]);
      }),
    );
  });
});

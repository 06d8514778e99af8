import { describe, expect, it } from '@jest/globals';
import { checkCustomerIds } from '../../src/customer-ids/customer-id-list.ts';
import {
  BILLING_CUSTOMER_ID,
  BILLING_CUSTOMER_ID_RULE,
  CUSTOMER_ID,
  CUSTOMER_ID_RULE,
} from '../../src/customer-ids/customer-ids.ts';
import { InputCheck } from '../../src/problems/input-check.ts';

const UUID = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const NIL = '00000000-0000-0000-0000-000000000000';
const MAX = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

describe('a customer id', () => {
  it.each(['9876543210', 'P100', '----', 'Zoë-1', '豊田豊田', 'x'.repeat(40)])('may be %s', (id) => {
    expect(CUSTOMER_ID.test(id)).toBe(true);
  });

  it.each(['', 'abc', 'x'.repeat(41), 'P100 ', ' P100', 'P100\n', 'P10/0', '../..', 'P1.0', 'P_100', 'P1:00', 'P{100}', 'P٣٣٣', 'P\u0000aaa'])(
    'may not be %j',
    (id) => {
      expect(CUSTOMER_ID.test(id)).toBe(false);
    },
  ); // prettier-ignore
});

describe('a billing customer id', () => {
  it.each([
    UUID,
    UUID.toUpperCase(),
    NIL.replace(/0$/, '1'),
    NIL.replace(/^0/, '1'),
    MAX.replace(/f$/, 'e'),
    MAX.replace(/^f/, 'e'),
    `${NIL.slice(0, 9)}${MAX.slice(9)}`,
    `${MAX.slice(0, 9)}${NIL.slice(9)}`,
    `${NIL.slice(0, 24)}${MAX.slice(24)}`,
    `${MAX.slice(0, 24)}${NIL.slice(24)}`,
  ])('may be %s', (id) => {
    expect(BILLING_CUSTOMER_ID.test(id)).toBe(true);
  });

  it.each([
    NIL,
    MAX,
    MAX.toUpperCase(),
    MAX.replace('ffff-', 'FfFf-'),
    '',
    UUID.slice(1),
    `${UUID}a`,
    ` ${UUID}`,
    `${UUID}\n`,
    UUID.replaceAll('-', ''),
    UUID.replace('3', 'g'),
    UUID.replace('2c', 'zz'),
    UUID.replace('5717', '571z'),
    UUID.replace('-5717', '5-717'),
    UUID.replace('-4562', ''),
    `{${UUID}}`,
  ])('may not be %j', (id) => {
    expect(BILLING_CUSTOMER_ID.test(id)).toBe(false);
  });
});

it('both kinds have a rule that says what is allowed', () => {
  expect(CUSTOMER_ID_RULE).toBe('must be 4 to 40 letters, digits or hyphens');
  expect(BILLING_CUSTOMER_ID_RULE).toBe('must be a UUID (8-4-4-4-12 hexadecimal digits), not the nil or max one');
});

describe('a list of customer ids', () => {
  const checked = (sent: unknown): readonly [readonly string[], InputCheck['issues']] => {
    const check = new InputCheck();
    return [checkCustomerIds(sent, 3, check), check.issues];
  };

  it.each([[['P100']], [['P200', 'P100', 'P200']]])('is read in its order, with repeats: %j', (sent) => {
    expect(checked(sent)).toStrictEqual([sent, []]);
  });

  it.each([[undefined], ['P100'], [{ length: 1 }], [[]], [['P100', 'P200', 'P300', 'P400']]])(
    'must be a list with as many ids as allowed: %j',
    (sent) => {
      const issue = { in: 'body', name: 'customerIds', detail: 'must be a list of 1 to 3 ids' };
      expect(checked(sent)).toStrictEqual([[], [issue]]);
    },
  );

  it('names each wrong one by its place, and gives the others', () => {
    expect(checked([9876, 'P100', '../x'])).toStrictEqual([
      ['P100'],
      [
        { in: 'body', name: 'customerIds[0]', detail: CUSTOMER_ID_RULE },
        { in: 'body', name: 'customerIds[2]', detail: CUSTOMER_ID_RULE },
      ],
    ]);
  });
});

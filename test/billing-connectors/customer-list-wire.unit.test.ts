import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { customerListDrift } from '../../src/billing-connectors/customer-list.drift.ts';
import { readCustomerIds } from '../../src/billing-connectors/customer-list.wire.ts';

const id = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const twin = '5d0c1f6e-3a44-4b7b-9c11-000000000002';
const one = { id, external_id: '1005', customer_name: 'Tern & Daughters', email: null };

describe('reading a list of customers for an external_id', () => {
  it.each(['data', 'results'])('gives the ids of the customers with exactly this external_id, listed under %s', (key) => {
    const others = ['10051', '11005', '005', '1005 ', ' 1005', '', null, undefined].map((external_id) => ({ ...one, external_id }));
    expect(readCustomerIds({ [key]: [...others, one] }, '1005')).toEqual([id]);
    expect(readCustomerIds({ [key]: others }, '1005')).toEqual([]);
    expect(readCustomerIds({ [key]: [] }, '1005')).toEqual([]);
  }); // prettier-ignore

  it('gives each id once, in lower case, and matches an external_id that was sent as a number', () => {
    const shouted = { ...one, id: id.toUpperCase(), external_id: 1005 };
    expect(readCustomerIds({ data: [one, shouted] }, '1005')).toEqual([id]);
    expect(readCustomerIds({ data: [one, { ...one, id: twin }] }, '1005')).toEqual([id, twin]);
  });

  it('reads both forms of the list when both are there, and neither when one is no list', () => {
    expect(readCustomerIds({ data: [], results: [one] }, '1005')).toEqual([id]);
    expect(readCustomerIds({ data: [one], results: [{ ...one, id: twin }] }, '1005')).toEqual([id, twin]);
    expect(readCustomerIds({ data: null, results: [one] }, '1005')).toEqual([id]);
    expect(readCustomerIds({ data: [one], results: {} }, '1005')).toBeNull();
  });

  it('does not match an external_id that differs by a space', () => {
    for (const external_id of [' 1005', '1005 ', '1005\u200b'])
      expect(readCustomerIds({ data: [{ ...one, external_id }] }, '1005')).toEqual([]);
  });

  it('distinguishes upper and lower case', () => {
    expect(readCustomerIds({ data: [{ ...one, external_id: 'P1005' }] }, 'p1005')).toEqual([]);
  });

  it.each([null, [], 'text', 7, {}, { data: null }, { data: {} }, { customers: [one] }, [one], { data: [one, null] }])(
    'gives null for %j: that is no list of customers',
    (body) => {
      expect(readCustomerIds(body, '1005')).toBeNull();
    },
  );

  it.each([null, '', 'x', '../x', 7, undefined])('gives null for a match whose id is %j', (wrong) => {
    expect(readCustomerIds({ data: [{ ...one, id: wrong }] }, '1005')).toBeNull();
  });

  it('gives null for one page of several, because another match may be on the next, unless two were found already', () => {
    const other = { ...one, external_id: '10051' };
    for (const more of [
      { next: '/x' },
      { next_cursor: 'x' },
      { has_more: true },
      { total_count: 3 },
      { total_count: '3' },
      { total_count: {} },
      { previous: '/x' },
    ]) {
      expect(readCustomerIds({ data: [other], ...more }, '1005')).toBeNull();
      expect(readCustomerIds({ data: [other, one], ...more }, '1005')).toBeNull();
      expect(readCustomerIds({ data: [one], ...more }, '1005')).toBeNull();
      expect(readCustomerIds({ data: [one, { ...one, id: twin }], ...more }, '1005')).toEqual([id, twin]);
    }
    for (const whole of [
      { next: null, has_more: false },
      { next: '', previous: null, total_count: 1 },
    ])
      expect(readCustomerIds({ data: [other], ...whole }, '1005')).toEqual([]);
  });

  it('fails for no JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(readCustomerIds(body, '1005')).toBeNull();
        expect(readCustomerIds({ data: [body] }, '1005') ?? []).toEqual([]);
      }),
    );
  });
});

it('an undocumented field of a list is drift, by its name', () => {
  const drift = (body: unknown): unknown => customerListDrift({ status: 200, body });
  expect(drift({ data: [{ ...one, custom_data: { anything: 1 } }] })).toEqual([]);
  expect(drift({ results: [], next: '/customers?page=2', previous: null, total_count: 12 })).toEqual([]);
  expect(drift({ results: [{ ...one, tier: 'gold' }], total: 1 })).toEqual([
    { field: 'results.tier', kind: 'unknown_field' },
    { field: 'total', kind: 'unknown_field' },
  ]);
});

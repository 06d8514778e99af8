import { describe, expect, it } from '@jest/globals';
import { connectorNames } from '../../sandbox/connectors.ts';
import { customer, customers } from '../../sandbox/customers/customers.ts';

function distinct(values: readonly unknown[]): number {
  return new Set(values).size;
}

describe('the customers', () => {
  it('begin with one that is linked everywhere', () => {
    expect(Object.keys(customers[0]?.connectors ?? {}).sort()).toEqual([...connectorNames].sort());
  });

  it('have slugs and customer ids of their own', () => {
    expect(distinct(customers.map(({ slug }) => slug))).toBe(customers.length);
    expect(distinct(customers.map(({ resource }) => resource.customerId))).toBe(customers.length);
  });

  it('have ids the reseller API can have issued', () => {
    const odd = customers.filter(({ resource }) => !/^[\p{L}\d-]{4,40}$/u.test(resource.customerId));
    expect(odd).toEqual([]);
  });

  it('have e-mail addresses unique among billing customers', () => {
    const billing = new Map(
      customers.flatMap((c) => (c.billingCustomer ? [[c.billingCustomer.id, c.billingCustomer]] : [])),
    );
    expect(distinct([...billing.values()].map(({ email }) => email))).toBe(billing.size);
  });

  it('agree on the id of their billing customer', () => {
    const odd = customers.filter((c) => c.billingCustomer && c.billingCustomer.id !== c.billingCustomerId);
    expect(odd).toEqual([]);
  });

  it('cover every documented status and one that is not', () => {
    const statuses = new Set(customers.map(({ resource }) => resource.status));
    expect([...statuses].sort()).toEqual(['1000', '1002', '1004', '1010', '1012', '1014', '1098', '1099']);
  });

  it('cover every form of a missing coterm date', () => {
    const dates = customers.map(({ resource }) => resource.cotermDate);
    expect(dates).toEqual(expect.arrayContaining(['', null, undefined]));
  });

  it('cover every outcome of a connector', () => {
    const outcomes = new Set(customers.flatMap((c) => Object.values(c.connectors).map(({ outcome }) => outcome)));
    expect([...outcomes].sort()).toEqual([
      'general_failure',
      'integration_removed',
      'linked',
      'not_linked',
      'server_error',
    ]);
  });

  it('name the known slugs when asked for another', () => {
    expect(() => customer('nobody')).toThrow(/no sandbox customer 'nobody'; there are fully-linked, some-connectors/);
  });
});

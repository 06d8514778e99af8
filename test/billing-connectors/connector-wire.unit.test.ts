import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readConnector } from '../../src/billing-connectors/connector.wire.ts';

const details = {
  connector_name: 'stripe',
  customer_name: 'Tern & Daughters',
  reference_id: 'cus_1',
  email: 'a@b.example',
};

describe('reading a connector’s details', () => {
  it('gives name, reference and e-mail address', () => {
    expect(readConnector(details, 'stripe')).toStrictEqual({
      state: 'linked',
      reference: { referenceId: 'cus_1', customerName: 'Tern & Daughters', email: 'a@b.example' },
    });
  });

  it.each([null, '', ' ', undefined])('reads reference_id %j as linked without a reference', (reference_id) => {
    expect(readConnector({ ...details, reference_id }, 'stripe')).toMatchObject({
      state: 'linked_no_reference',
      reference: { referenceId: null },
    });
  });

  it.each([{}, { id: 'cus_1' }, [], ['cus_1'], true, false])(
    'gives null for the reference_id %j: there is one that cannot be read',
    (reference_id) => {
      expect(readConnector({ ...details, reference_id }, 'stripe')).toBeNull();
    },
  );

  it('reads a reference that was sent as a number', () => {
    expect(readConnector({ ...details, reference_id: 512 }, 'stripe')).toMatchObject({
      reference: { referenceId: '512' },
    });
  });

  it('accepts its connector’s name in any case', () => {
    expect(readConnector({ ...details, connector_name: 'Stripe' }, 'stripe')?.state).toBe('linked');
  });

  it.each([
    null,
    'text',
    [],
    [details],
    {},
    { ...details, connector_name: 'xero' },
    { ...details, connector_name: null },
  ])('gives null for %j: these are not the details of stripe', (body) => {
    expect(readConnector(body, 'stripe')).toBeNull();
  });
});

it('reading fails for no JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      expect(readConnector(body, 'xero')).toBeNull();
    }),
  );
});

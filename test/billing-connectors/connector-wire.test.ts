import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readConnector, readRefusal } from '../../src/billing-connectors/connector.wire.ts';

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

describe('reading a refusal', () => {
  it.each([
    ["No integration found for connector 'stripe'.", 'not_linked'],
    ['NO INTEGRATION FOUND for this customer', 'not_linked'],
    ['The requested integration is no longer available.', 'integration_removed'],
    [' the requested integration is no longer available', 'integration_removed'],
  ])('a 400 saying %j is %s', (message, state) => {
    expect(readRefusal(400, { error_code: 'BAD_REQUEST', message })).toStrictEqual({ state });
  });

  it.each([
    'An error occurred while processing your request.',
    'Integration not found',
    'We have no integration found',
    '',
    null,
    { text: 'No integration found' },
  ])('a 400 saying %j is not definite', (message) => {
    expect(readRefusal(400, { error_code: 'BAD_REQUEST', message })).toBeNull();
  });

  it('a 404 is definite only in the documented sentence', () => {
    expect(readRefusal(404, { error_code: 'NOT_FOUND', message: 'Customer not found' })).toStrictEqual({
      state: 'customer_unknown',
    });
    for (const body of [{ message: 'Not Found' }, { error_code: 'NOT_FOUND', message: 'no such route' }, {}, null, 'x'])
      expect(readRefusal(404, body)).toBeNull();
  });

  it.each([401, 403, 409, 410, 422])('a %d is not definite, with any sentence', (status) => {
    expect(readRefusal(status, { error_code: 'NOT_FOUND', message: 'Customer not found' })).toBeNull();
    expect(readRefusal(status, { message: "No integration found for connector 'stripe'." })).toBeNull();
  });
});

it('reading fails for no JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(400, 404, 422), (body, status) => {
      expect(readConnector(body, 'xero')).toBeNull();
      expect(readRefusal(status, body)).toBeNull();
    }),
  );
});

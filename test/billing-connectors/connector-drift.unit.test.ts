import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connectorDrift } from '../../src/billing-connectors/connector.drift.ts';
import { customerListDrift } from '../../src/billing-connectors/customer-list.drift.ts';

const details = {
  connector_name: 'stripe',
  customer_name: 'Tern & Daughters',
  reference_id: 'cus_1',
  email: 'a@b.example',
};

describe('the drift of a connector’s answer', () => {
  it.each<[string, object, readonly object[]]>([
    ['documented details', details, []],
    ['details with null, "" and absent fields', { connector_name: 'stripe', reference_id: null, email: '' }, []],
    ['an unknown field', { ...details, currency: 'EUR' }, [{ field: 'currency', kind: 'unknown_field' }]],
    ['an id that is a number', { ...details, reference_id: 5 }, [{ field: 'reference_id', kind: 'unexpected_type' }]],
    [
      'a name that is an object',
      { ...details, customer_name: {} },
      [{ field: 'customer_name', kind: 'unexpected_type' }],
    ],
  ])('for %s', (_title, body, expected) => {
    expect(connectorDrift({ status: 200, body })).toStrictEqual(expected);
  });

  it.each([
    [400, "No integration found for connector 'stripe'.", false],
    [400, 'The requested integration is no longer available.', false],
    [400, 'An error occurred while processing your request.', false],
    [400, '', false],
    [400, 'Integration paused by its owner.', true],
    [404, 'No such route', false],
    [422, '1 validation error for Path', false],
    [400, ' General processing error', false],
    [400, 'A general processing error', true],
    [400, 'General processing errors', true],
    [401, 'Integration paused by its owner.', false],
    [500, 'Integration paused by its owner.', false],
  ])('for a %d saying %j: an unknown sentence is %j', (status, message, unknown) => {
    const expected = unknown ? [{ field: 'message', kind: 'unknown_value' }] : [];
    expect(connectorDrift({ status, body: { error_code: 'BAD_REQUEST', message } })).toStrictEqual(expected);
  });

  it('is in the code of a sentence that is known, and in a message of another type', () => {
    const message = "No integration found for connector 'stripe'.";
    const found = (body: unknown): unknown => connectorDrift({ status: 400, body });
    expect(found({ error_code: 'OTHER', message })).toStrictEqual([{ field: 'error_code', kind: 'unknown_value' }]);
    expect(found({ error_code: 'BAD_REQUEST', message: 7 })).toStrictEqual([
      { field: 'message', kind: 'unknown_value' },
    ]);
    for (const body of [undefined, null, 'text', [], {}, { message: null }]) expect(found(body)).toStrictEqual([]);
  });

  it('is found in any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(200, 400, 401, 404, 422), (body, status) => {
        expect(Array.isArray(connectorDrift({ status, body }))).toBe(true);
      }),
    );
  });
});

it('an answer that is no success and no 400 has no drift', () => {
  for (const status of [300, 401, 404]) expect(connectorDrift({ status, body: { more: 1 } })).toStrictEqual([]);
});

describe('the drift of a list of customers', () => {
  const found = (body: object): readonly string[] =>
    customerListDrift({ status: 200, body }).map(({ field, kind }) => `${kind} ${field}`);

  it.each(['id', 'external_id', 'customer_name', 'email', 'phone_number', 'created_at', 'updated_at'])(
    'is found in %s that is no text',
    (name) => {
      expect(found({ data: [{ [name]: 'x' }] })).toStrictEqual([]);
      expect(found({ data: [{ [name]: 7 }] })).toStrictEqual([`unexpected_type data.${name}`]);
    },
  );

  it.each(['address', 'custom_attributes', 'custom_data'])('is not looked for in %s', (name) => {
    expect(found({ results: [{ [name]: { more: [1] } }] })).toStrictEqual([]);
  });

  it.each(['next', 'previous'])('is found in %s that is no text', (name) => {
    expect(found({ data: [], [name]: 'x' })).toStrictEqual([]);
    expect(found({ data: [], [name]: 7 })).toStrictEqual([`unexpected_type ${name}`]);
  });

  const listed = { id: 'b1', external_id: 'P100', email: null, created_at: '2026-01-01' };

  it.each<readonly [object, readonly string[]]>([
    [{ data: [listed], next: null, total_count: 1 }, []],
    [{ results: [listed] }, []],
    [{ data: [{ ...listed, id: 7, custom_data: [1] }] }, ['unexpected_type data.id']],
    [
      { data: [{ ...listed, plan: 'x' }], total_count: '1' },
      ['unknown_field data.plan', 'unexpected_type total_count'],
    ],
    [{ results: listed }, ['unexpected_type results']],
    [{ items: [] }, ['unknown_field items']],
  ])('of %j is %j', (body, lines) => {
    expect(found(body)).toStrictEqual(lines);
    expect(customerListDrift({ status: 300, body })).toStrictEqual([]);
    expect(customerListDrift({ status: 404, body })).toStrictEqual([]);
  });
});

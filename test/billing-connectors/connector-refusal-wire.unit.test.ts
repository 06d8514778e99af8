import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  namesAnother,
  namesAnotherCustomer,
  readRefusal,
} from '../../src/billing-connectors/connector-refusal.wire.ts';
import { CONNECTOR_NAMES } from '../../src/config/connector-names.ts';

const badRequest = (message: unknown): object => ({ error_code: 'BAD_REQUEST', message });

describe('a 400 of a connector', () => {
  it.each([
    ["No integration found for connector 'stripe'.", 'not_linked'],
    ['No integration found for the specified connector', 'not_linked'],
    ['NO INTEGRATION FOUND for this customer', 'not_linked'],
    ['The requested integration is no longer available.', 'integration_removed'],
    [' the requested integration is no longer available', 'integration_removed'],
    ['Integration no longer available (resource deleted on connector)', 'integration_removed'],
    ['integration is no longer available', 'integration_removed'],
  ])('saying %j is %s, in the words of the example and of the list', (message, state) => {
    expect(readRefusal(400, badRequest(message))).toBe(state);
  });

  it.each([
    'An error occurred while processing your request.',
    'General processing error',
    'Integration not found',
    'We have no integration found',
    'No integration foundation',
    'The integration may be no longer available',
    'Your integration is no longer available',
    '',
    null,
    404,
    { text: 'No integration found' },
    ['No integration found'],
  ])('saying %j is not definite', (message) => {
    expect(readRefusal(400, badRequest(message))).toBeNull();
  });

  it.each([undefined, null, 400, 'ERROR', 'bad_request', 'NOT_FOUND', ['BAD_REQUEST'], { code: 'BAD_REQUEST' }])(
    'with the error_code %j is not definite',
    (error_code) => {
      expect(readRefusal(400, { error_code, message: "No integration found for connector 'stripe'." })).toBeNull();
    },
  );
});

describe('a 404 of a connector (W3)', () => {
  it.each(['Customer not found', 'customer not found', ' Customer not found. '])('saying %j is definite', (message) => {
    expect(readRefusal(404, { error_code: 'NOT_FOUND', message })).toBe('customer_unknown');
  });

  it.each([
    undefined,
    null,
    'Customer not found',
    {},
    [],
    [{ error_code: 'NOT_FOUND', message: 'Customer not found' }],
    { error: { error_code: 'NOT_FOUND', message: 'Customer not found' } },
    { message: 'Customer not found' },
    { error_code: 404, message: 'Customer not found' },
    { error_code: 'CUSTOMER_NOT_FOUND', message: 'Customer not found' },
    { error_code: 'NOT_FOUND' },
    { error_code: 'NOT_FOUND', message: 'Not Found' },
    { error_code: 'NOT_FOUND', message: 'Customer not found in this region' },
    { error_code: 'NOT_FOUND', message: 'The customer not found' },
    { error_code: 'NOT_FOUND', message: ['Customer not found'] },
    { detail: 'Not Found' },
  ])('with the body %j is not definite', (body) => {
    expect(readRefusal(404, body)).toBeNull();
  });
});

it.each([401, 403, 409, 410, 422, 500])('a %d of a connector is not definite, with any sentence', (status) => {
  expect(readRefusal(status, { error_code: 'NOT_FOUND', message: 'Customer not found' })).toBeNull();
  expect(readRefusal(status, badRequest("No integration found for connector 'stripe'."))).toBeNull();
});

it('a refusal can be read from any JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(400, 404, 422), (body, status) => {
      expect(readRefusal(status, body)).toBeNull();
      expect(namesAnother(body, 'xero')).toBe(false);
    }),
  );
});

describe('a refusal that names another connector (A14)', () => {
  const forms: readonly ((name: string) => object)[] = [
    (name) => badRequest(`No integration found for connector '${name}'.`),
    (name) => badRequest(`No integration found for connector "${name.toUpperCase()}"`),
    (name) => badRequest(`No integration found for connector ${name}.`),
    (name) => badRequest(`No integration found for connector ‘${name}’.`),
    (name) => badRequest(`No integration found for connector \`${name}\`.`),
    (name) => badRequest(`The requested integration is no longer available: ${name}`),
    (name) => ({ ...badRequest('The requested integration is no longer available.'), connector_name: name }),
    ...[
      '[#]',
      '(#)',
      '{#}',
      '<#>',
      '«#»',
      '“#”',
      '*#*',
      '**#**',
      ': #',
      ':#',
      '=#',
      '= "#"',
      '- #',
      '-#',
      '— #',
      ': [ # ]',
      '["#"]',
    ].map((form) => (name: string) => badRequest(`No integration found for connector ${form.replace('#', name)}.`)),
    (name) => badRequest(`The requested integration is no longer available [${name}].`),
    ...[
      'connector',
      'Connector',
      'connectorName',
      'connector-name',
      'connector_type',
      'connector_key',
      'integration',
      'integration_name',
    ].flatMap((field) =>
      ['No integration found.', 'The requested integration is no longer available.'].flatMap((message) => [
        (name: string) => ({ ...badRequest(message), [field]: name }),
        (name: string) => ({ ...badRequest(message), [field]: ` ${name.toUpperCase()} ` }),
        (name: string) => ({ ...badRequest(message), [field]: { name } }),
        (name: string) => ({ ...badRequest(message), details: { [field]: name } }),
      ]),
    ),
    (name) => ({ error_code: 'NOT_FOUND', message: 'Customer not found', connector: name }),
  ];

  it('is found for each pair of names in each form, and for no connector’s own name', () => {
    for (const asked of CONNECTOR_NAMES)
      for (const named of CONNECTOR_NAMES)
        for (const form of forms)
          expect([asked, form(named), namesAnother(form(named), asked)]).toStrictEqual([
            asked,
            form(named),
            named !== asked,
          ]);
  });

  it.each([7, ['stripe'], {}, { id: 'stripe' }, true])('is found for a field that cannot be read: %j', (value) => {
    expect(namesAnother({ ...badRequest('No integration found.'), connector: value }, 'stripe')).toBe(true);
  });

  it.each([undefined, null, '', ' '])('is not found for a field that says nothing: %j', (value) => {
    expect(namesAnother({ ...badRequest('No integration found.'), connector: value }, 'stripe')).toBe(false);
  });

  it.each([
    "'sage'",
    "'stripe-eu'",
    'sage_intacct',
    '"Stripes"',
    '[sage]',
    '(sage)',
    '**sage**',
    '<sage>',
    '{sage}',
    ': sage',
    '=sage',
    '(stripe-eu)',
  ])('is found for %s, a name that is not documented', (name) => {
    expect(namesAnother(badRequest(`No integration found for connector ${name}.`), 'stripe')).toBe(true);
  });

  it.each(["'sage'", '"sage."', '[ sage ]', '{sage-eu}', '<sage>', '`sage`', '« sage »', '“sage. ”', "'x'"])(
    'is found for %s behind any sentence',
    (name) => {
      expect(namesAnother(badRequest(`Integration no longer available: ${name}`), 'stripe')).toBe(true);
    },
  );

  it.each(['my_connector', 'connectors', 'connector_id', 'connector_names', 'integration_name_before'])(
    'is not found in the field %s, which says something else',
    (field) => {
      expect(namesAnother({ ...badRequest('No integration found.'), [field]: 'xero' }, 'stripe')).toBe(false);
    },
  );

  it.each([
    'No integration found for the specified connector',
    'The requested integration is no longer available.',
    'Integration no longer available (resource deleted on connector)',
    'Integration no longer available (resource deleted on connector side)',
    'Integration no longer available (deleted)',
    'No integration found for connector.',
    'No integration found for connectors of this customer',
  ])('is not found in %j, which names none', (message) => {
    for (const asked of CONNECTOR_NAMES) expect(namesAnother(badRequest(message), asked)).toBe(false);
  });
});

describe('another customer (A14)', () => {
  const [asked, other] = ['3fa85f64-5717-4562-b3fc-2c963f66afa6', '4fa85f64-5717-4562-b3fc-2c963f66afa6'];
  const names = (more: object): boolean =>
    namesAnotherCustomer({ error_code: 'NOT_FOUND', message: 'Customer not found', ...more }, asked);

  it.each([
    { customer_id: other },
    { customerId: other.toUpperCase() },
    { 'customer-id': other },
    { details: { customer_id: other } },
    { customer_id: asked, details: { customer_id: other } },
  ])('is found in %j', (more) => {
    expect(names(more)).toBe(true);
  });

  it.each([
    {},
    { customer_id: asked },
    { customerId: asked.toUpperCase() },
    { customer_id: null },
    { customer_id: '' },
    { customer_id: '1005110002' },
    { customer_id: 7 },
    { id: other },
    { request_id: other },
    { billing_customer_id: other },
    { customer_id_before: other },
  ])('is not found in %j', (more) => {
    expect(names(more)).toBe(false);
  });

  it('is looked for in any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(namesAnotherCustomer(body, asked)).toBe(false);
      }),
    );
  });
});

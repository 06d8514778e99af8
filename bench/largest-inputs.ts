/** The largest that an upstream, a caller or an import may send to the service. */
import { profile, resource } from '../sandbox/customers/making.ts';
import type { Fault } from '../sandbox/faults/fault.ts';
import type { BenchCustomer } from './customers.ts';
import { fixed } from './report.ts';
import { callerHeaders } from './stage.ts';

/** Customers of one batch; each input is given as many that were never read. */
export const BATCH = 100;
/** As `RESELLER_MAX_BODY_BYTES`, `BILLING_MAX_BODY_BYTES`, `MAX_HEADER_BYTES` and `MAX_IMPORT_BYTES` are by default, and a little less. */
const RESELLER_BYTES = 261_000;
const CONNECTOR_BYTES = 65_000;
const HEADER_BYTES = 15_500;
const IMPORT_BYTES = 16_777_000;
const PROFILES = '/v1/customer-profiles';
const IMPORT = '/v1/customer-links/import';

export interface LargestInput {
  readonly what: string;
  /** What the reseller customers API answers; absent: what is true. */
  readonly reseller?: Fault;
  /** What each connector answers; absent: what is true. */
  readonly connectors?: Fault;
  /** Default: a cold read of the first customer. */
  readonly send?: (url: string, customers: readonly BenchCustomer[]) => Promise<unknown>;
}

/** @param importShare how large imports are, of the largest */
export function largestInputs(importShare: number): readonly LargestInput[] {
  return [...ofUpstreams(), ...ofCallers(), ...ofImports(IMPORT_BYTES * importShare)];
}

/** Large answers, which the service reads or refuses. */
function ofUpstreams(): readonly LargestInput[] {
  const contact = { firstName: 'Rosa', lastName: 'Lindqvist', email: 'rosa@example.com', phoneNumber: '503-555-0115' };
  const contacts = Array.from({ length: RESELLER_BYTES / 100 }, (_, at) => ({ ...contact, email: `rosa${at}@example.com` })); // prettier-ignore
  const company = (fields: Readonly<Record<string, unknown>>): Fault => override({ companyProfile: profile('Fairmont', fields) }); // prettier-ignore
  const named = (customer_name: string): Fault => override({ customer_name });
  const fieldsIn = (bytes: number): Readonly<Record<string, unknown>> =>
    Object.fromEntries(Array.from({ length: bytes / 16 }, (_, at) => [`unknown${at}`, at % 10]));
  const deep = (bytes: number): string => `${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}`;
  const digits = (bytes: number): string => `[${'1234567890.123456789,'.repeat(bytes / 22)}1]`;
  const reseller = (body: string): Fault => raw({ ...resource('P3000', 'Fairmont'), customerId: undefined }, body);
  const connector = (body: string): Fault => raw({ reference_id: 'cus_1', customer_name: 'Fairmont', email: null }, body); // prettier-ignore
  const largest = {
    reseller: company({ contacts: contacts.slice(0, fitting(contacts, RESELLER_BYTES)) }),
    connectors: named('Fairmont '.repeat(CONNECTOR_BYTES / 9 - 100)),
  };
  return [
    { what: 'a cold read, nothing large' },
    { what: 'reseller: contacts', reseller: largest.reseller },
    { what: 'reseller: a long name', reseller: override({ companyProfile: profile('Fairmont '.repeat(RESELLER_BYTES / 9 - 300)) }) }, // prettier-ignore
    { what: 'reseller: unknown fields', reseller: override(fieldsIn(RESELLER_BYTES - 4000)) },
    { what: 'reseller: nested deeply', reseller: reseller(deep(RESELLER_BYTES - 4000)) },
    { what: 'reseller: numbers', reseller: reseller(digits(RESELLER_BYTES - 4000)) },
    { what: 'connectors: long names', connectors: named('Fairmont '.repeat(CONNECTOR_BYTES / 9 - 100)) },
    { what: 'connectors: long names of characters that normalise to many', connectors: named('ﷺ'.repeat(CONNECTOR_BYTES / 3 - 300)) }, // prettier-ignore
    { what: 'connectors: unknown fields', connectors: override(fieldsIn(CONNECTOR_BYTES - 4000)) },
    { what: 'connectors: nested deeply', connectors: connector(deep(CONNECTOR_BYTES - 4000)) },
    { what: 'connectors: numbers', connectors: connector(digits(CONNECTOR_BYTES - 4000)) },
    { what: 'contacts and long names', ...largest },
    { what: `reseller: contacts, a batch of ${BATCH}, cold`, ...largest, send: readBatch },
    {
      what: `reseller: contacts, a batch of ${BATCH}, cold and then warm`,
      ...largest,
      send: async (url, customers) => {
        await readBatch(url, customers);
        await readBatch(url, customers);
      },
    },
    {
      what: `reseller: contacts, a batch of ${BATCH}, cold and then a field of each`,
      ...largest,
      send: async (url, customers) => {
        await readBatch(url, customers);
        await readBatch(url, customers, { fields: 'name' });
      },
    },
    {
      what: 'contacts and long names, explained',
      ...largest,
      send: async (url, [customer]) => {
        await get(url, `${PROFILES}/${customer?.customerId ?? ''}`);
        await get(url, `${PROFILES}/${customer?.customerId ?? ''}/explanation?values=true`);
      },
    },
  ];
}

const override = (patch: Readonly<Record<string, unknown>>): Fault => ({ kind: 'override', patch });

/** The object with one more member, whose value is this text. */
const raw = (object: Readonly<Record<string, unknown>>, more: string): Fault => ({
  kind: 'body',
  body: `${JSON.stringify(object).slice(0, -1)},"more":${more}}`,
});

/** How many of them fit, as JSON. */
function fitting(values: readonly unknown[], bytes: number): number {
  const sizes = values.map((value) => JSON.stringify(value).length + 1);
  let sum = 2000;
  const end = sizes.findIndex((size) => (sum += size) > bytes);
  return end < 0 ? values.length : end;
}

function ofCallers(): readonly LargestInput[] {
  const list = (item: string): string => Array.from({ length: HEADER_BYTES / (item.length + 1) }, () => item).join(',');
  const withHeader = (name: string, value: string): LargestInput => ({
    what: `${name}: ${value.slice(0, 12)}…, ${value.length} bytes`,
    send: (url, [customer]) => get(url, customer?.path ?? '', { [name]: value }),
  });
  const withQuery = (query: string): LargestInput => ({
    what: `?${query.slice(0, 20)}…, ${query.length} bytes`,
    send: (url, [customer]) => get(url, `${PROFILES}/${customer?.customerId ?? ''}?${query}`),
  });
  return [
    { what: `a batch of ${BATCH}, cold and then warm`, send: async (url, customers) => { await readBatch(url, customers); await readBatch(url, customers); } }, // prettier-ignore
    withHeader('if-none-match', list('W/"a"')),
    withHeader('cache-control', list('max-age=1')),
    withHeader('cache-control', list('a')),
    withHeader('accept-encoding', list('gzip;q=0.1')),
    withHeader('x-api-key', 'k'.repeat(HEADER_BYTES)),
    withHeader('tracestate', list('a=b')),
    { what: 'many headers', send: (url, [customer]) => get(url, customer?.path ?? '', Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`x-${at}`, 'v']))) }, // prettier-ignore
    withQuery(`fields=${list('name')}`),
    withQuery(`connectors=${list('xero')}`),
    withQuery(Array.from({ length: HEADER_BYTES / 4 }, () => 'a=1').join('&')),
    withQuery(`billingCustomerId=${'%41'.repeat(HEADER_BYTES / 3)}`),
    { what: 'a long path', send: (url) => get(url, `${PROFILES}/${'é'.repeat(2000)}`) },
    { what: 'a body of 32 kB, nested deeply', send: (url) => post(url, `${PROFILES}/batch-get`, '['.repeat(32_000)) },
    { what: 'an invalidation of 1,000', send: (url) => post(url, '/v1/invalidations', JSON.stringify({ customerIds: Array.from({ length: 1000 }, (_, at) => `N${at}000`) })) }, // prettier-ignore
    ...['/metrics', '/openapi.json', '/health/dependencies', '/v1/customer-profile-changes'].map((path) => ({ what: path, send: (url: string) => get(url, path) })), // prettier-ignore
  ];
}

function ofImports(bytes: number): readonly LargestInput[] {
  const lines = (line: (at: number) => string): string => {
    const size = line(0).length + 1;
    return Array.from({ length: Math.floor(bytes / (size + 7)) }, (_, at) => line(at)).join('\n');
  };
  const link = (at: number): string =>
    JSON.stringify({ customerId: `I${at}000`, billingCustomerId: `5d0c1f6e-3a44-4b7b-9c11-${String(at).padStart(12, '0')}` }); // prettier-ignore
  const sending = (what: string, query: string, file: string): LargestInput => ({
    what: `an import of ${fixed(file.length / 1024 / 1024, 1)} MiB${what}`,
    send: (url) => post(url, IMPORT + query, file, 'application/x-ndjson'),
  });
  return [
    sending(', dry', '?dryRun=true', lines(link)),
    sending('', '', lines(link)),
    sending(
      ' of faulty lines',
      '?dryRun=true',
      lines(() => '{"customerId":1,"billingCustomerId":{}}'),
    ),
    sending(' of one line', '', `{"customerId":"${'x'.repeat(bytes)}"}`),
    { what: 'the export of all links', send: (url) => get(url, '/v1/customer-links/export') },
  ];
}

export const readFirst = (url: string, [customer]: readonly BenchCustomer[]): Promise<unknown> =>
  get(url, customer?.path ?? '');

const readBatch = (url: string, customers: readonly BenchCustomer[], more: object = {}): Promise<unknown> =>
  post(url, `${PROFILES}/batch-get`, JSON.stringify({ customerIds: customers.map(({ customerId }) => customerId), ...more })); // prettier-ignore

/** Any answer will do: many of these are refused. */
async function get(url: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  await (await fetch(url + path, { headers: { ...callerHeaders, ...headers } })).arrayBuffer();
}

async function post(url: string, path: string, body: string, type = 'application/json'): Promise<void> {
  const headers = { ...callerHeaders, 'content-type': type };
  await (await fetch(url + path, { method: 'POST', headers, body })).arrayBuffer();
}

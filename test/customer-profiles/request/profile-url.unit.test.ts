import { describe, expect, it } from '@jest/globals';
import { CONNECTOR_NAMES } from '../../../src/config/connector-names.ts';
import { SOURCE_NAMES, type SourceName } from '../../../src/config/source-names.ts';
import { CUSTOMER_ID_RULE } from '../../../src/customer-ids/customer-ids.ts';
import { FIELD_RULE } from '../../../src/customer-profiles/answers/profile-fields.ts';
import { CONNECTOR_REFERENCES, FULL_RECORD } from '../../../src/customer-profiles/answers/profile-views.ts';
import {
  readConnectorsUrl,
  readConnectorUrl,
  readPlainUrl,
  readProfileUrl,
  type ReadUrl,
  type UrlQuery,
} from '../../../src/customer-profiles/request/profile-url.ts';
import { InputCheck } from '../../../src/problems/input-check.ts';
import { configWith } from '../../support/config-with.ts';

const UUID = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const ID = '9876543210';
const config = configWith({ BILLING_CONNECTORS: 'xero,stripe', REQUEST_BUDGET_MS: '900' });
const ALL: readonly SourceName[] = ['reseller', 'billing', 'xero', 'stripe'];

type Query = Readonly<Record<string, unknown>>;
const read = (
  url: ReadUrl,
  query: Query,
  params: Query = { customerId: ID },
): readonly [UrlQuery, InputCheck['issues']] => {
  const check = new InputCheck();
  return [url({ params, query }, config, check), check.issues];
};
const issuesOf = (url: ReadUrl, query: Query, params?: Query): readonly string[] =>
  read(url, query, params)[1].map(({ in: place, name, detail }) => `${place} ${name ?? '-'} ${detail}`);

describe('the URL of a profile', () => {
  it.each<readonly [Query, Partial<UrlQuery>]>([
    [{}, { sources: ALL, required: ['reseller'], billingCustomerId: null, budgetMs: 900 }],
    [{ billingCustomerId: UUID.toUpperCase() }, { billingCustomerId: UUID }],
    [{ budgetMs: '899' }, { budgetMs: 899 }],
    [{ budgetMs: '901' }, { budgetMs: 900 }],
    [{ connectors: 'stripe' }, { sources: ['reseller', 'billing', 'stripe'] }],
    [{ connectors: 'stripe,xero,stripe' }, { sources: ALL }],
    [{ fields: 'connectors.stripe' }, { sources: ['billing', 'stripe'], required: [] }],
    [
      { fields: 'connectors.stripe', connectors: 'xero' },
      { sources: ['billing', 'xero'], required: [] },
    ],
    [{ fields: 'account' }, { sources: ['reseller', 'billing'], required: ['reseller'] }],
    [{ fields: 'billingCustomerId' }, { sources: ['billing'], required: [] }],
    [
      { fields: 'billingCustomerId', require: 'xero' },
      { sources: ['billing', 'xero'], required: ['xero'] },
    ],
    [{ require: 'billing,stripe' }, { sources: ALL, required: ['billing', 'stripe'] }],
    [
      { require: 'stripe', connectors: 'stripe' },
      { sources: ['reseller', 'billing', 'stripe'], required: ['stripe'] },
    ],
    [{ view: 'provenance' }, { sources: ALL, required: ['reseller'] }],
  ])('with %j is read', (query, expected) => {
    const [found, issues] = read(readProfileUrl, query);
    expect(issues).toStrictEqual([]);
    expect(found.customerId).toBe(ID);
    expect(found).toMatchObject(expected);
  });

  it('asks for the full record when it names nothing of it', () => {
    expect(read(readProfileUrl, { billingCustomerId: UUID, budgetMs: '5' })[0].view).toBe(FULL_RECORD);
    for (const query of [{ fields: 'name' }, { connectors: 'xero' }, { require: 'xero' }, { view: 'provenance' }])
      expect(read(readProfileUrl, query)[0].view).not.toBe(FULL_RECORD);
  });

  it('has the fields that it names, and the provenance when it asks for it', () => {
    const keys = (query: Query): readonly string[] => {
      const [{ view, sources }] = read(readProfileUrl, query);
      const asked = { customerId: ID, sources } as unknown as Parameters<typeof view.render>[0];
      return Object.keys(view.render(asked, {}, 0, config.mergePolicy) as object);
    };
    expect(keys({ fields: 'name' })).toStrictEqual(['customerId', 'name', 'complete']);
    expect(keys({ view: 'provenance' })).toContain('provenance');
    expect(keys({ connectors: 'xero' })).not.toContain('provenance');
  });

  it.each<readonly [Query, readonly string[]]>([
    [{ billingCustomerId: 'zq7' }, ['query billingCustomerId must be a UUID (8-4-4-4-12 hexadecimal digits), not the nil or max one']],
    ...['0', '-1', '1.5', '1000000', '1e3', ' 5', '5 ', '', ['5']].map((budgetMs) => [{ budgetMs }, ['query budgetMs must be whole milliseconds from 1 to 999999']] as const),
    ...['', 'zq7', 'stripe,', ',stripe', 'stripe;xero', 'Stripe', 'x,stripe', ['stripe'], Array(33).fill('stripe').join()].map((connectors) => [{ connectors }, [`query connectors must be a comma-separated list of: ${CONNECTOR_NAMES.join(', ')}`]] as const),
    [{ connectors: 'stripe,adyen' }, ['query connectors must name only configured connectors: xero, stripe']],
    ...['', 'zq7', 'stripe,', 'x,stripe', Array(33).fill('stripe').join()].map((require) => [{ require }, [`query require must be a comma-separated list of: ${SOURCE_NAMES.join(', ')}`]] as const),
    [{ require: 'adyen' }, ['query require must name only sources that this read calls; see connectors']],
    [{ require: 'xero,stripe', connectors: 'stripe' }, ['query require must name only sources that this read calls; see connectors']],
    ...['', 'name,', 'name,,email', 'a b'].map((fields) => [{ fields }, [`query fields ${FIELD_RULE}`]] as const),
    [{ fields: 'name,nope' }, [`query fields no field: name 2 of the list; ${FIELD_RULE}`]],
    ...['', 'provenances', 'full'].map((view) => [{ view }, ['query view must be: provenance']] as const),
    [{ zq7: '1' }, ['query - unknown name; allowed: billingCustomerId, budgetMs, connectors, require, fields, view']],
  ])('with %j is refused', (query, issues) => {
    expect(issuesOf(readProfileUrl, query)).toStrictEqual(issues);
  }); // prettier-ignore

  it('may have as many names as its rules say', () => {
    expect(issuesOf(readProfileUrl, { connectors: Array(32).fill('stripe').join() })).toStrictEqual([]);
    expect(issuesOf(readProfileUrl, { require: Array(32).fill('stripe').join() })).toStrictEqual([]);
    expect(issuesOf(readProfileUrl, { budgetMs: '999999' })).toStrictEqual([]);
  });

  it.each([readProfileUrl, readConnectorsUrl])('has a customer: %p', (url) => {
    expect(issuesOf(url, {}, { customerId: '../' })).toStrictEqual([`path customerId ${CUSTOMER_ID_RULE}`]);
  });
});

describe('the URL of the connectors', () => {
  it('asks the billing platform alone', () => {
    expect(read(readConnectorsUrl, { connectors: 'stripe', billingCustomerId: UUID, budgetMs: '5' })).toStrictEqual([
      { customerId: ID, billingCustomerId: UUID, budgetMs: 5, sources: ['billing', 'stripe'], required: [], view: CONNECTOR_REFERENCES },
      [],
    ]); // prettier-ignore
    expect(read(readConnectorsUrl, {})[0].sources).toStrictEqual(['billing', 'xero', 'stripe']);
    expect(issuesOf(readConnectorsUrl, { fields: 'name' })).toStrictEqual([
      'query - unknown name; allowed: billingCustomerId, budgetMs, connectors',
    ]);
  });
});

describe('the URL of one connector', () => {
  it('asks for that one, and requires it', () => {
    const [query, issues] = read(readConnectorUrl, { budgetMs: '5' }, { customerId: ID, name: 'xero' });
    expect(issues).toStrictEqual([]);
    expect(query).toMatchObject({ customerId: ID, sources: ['billing', 'xero'], required: ['xero'], budgetMs: 5 });
  });

  it('shows that one', () => {
    const [query] = read(readConnectorUrl, {}, { customerId: ID, name: 'xero' });
    const reference = { referenceId: 'x-1', customerName: 'Tern', email: null };
    const times = { fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: 0, staleUntil: 0 };
    const link = { billingCustomerId: UUID, resolver: 'request' } as const;
    const parts = {
      billing: { state: 'linked', value: link, ...times, failure: null },
      xero: { state: 'linked', value: reference, ...times, failure: null },
    } as const;
    const asked = query as unknown as Parameters<typeof query.view.render>[0];
    expect(query.view.render(asked, parts, 0, config.mergePolicy)).toMatchObject({ connector_name: 'xero' });
  });

  it.each(['adyen', 'zq7', 'Xero', ''])('is refused with %j', (name) => {
    const [query, issues] = read(readConnectorUrl, {}, { customerId: ID, name });
    expect(issues).toStrictEqual([{ in: 'path', name: 'name', detail: 'must be one of: xero, stripe' }]);
    expect(query).toMatchObject({ sources: ['billing'], required: [] });
  });

  it('has a customer, and no other parameters', () => {
    expect(issuesOf(readConnectorUrl, { connectors: 'xero' }, { customerId: 'x', name: 'xero' })).toStrictEqual([
      `path customerId ${CUSTOMER_ID_RULE}`,
      'query - unknown name; allowed: billingCustomerId, budgetMs',
    ]);
  });
});

describe('a plain URL', () => {
  const ROUTE = '/v1/customer-profiles/';

  it.each([
    `${ROUTE}abc`,
    `${ROUTE}${'x'.repeat(41)}`,
    `${ROUTE}${ID}/`,
    `${ROUTE}${ID}?`,
    `${ROUTE}${ID}?billingCustomerId=`,
    `${ROUTE}${ID}?billingCustomerId=${UUID.slice(1)}`,
    `${ROUTE}${ID}?billingCustomerId=${UUID}&view=provenance`,
    `${ROUTE}${ID}?x=1&billingCustomerId=${UUID}`,
    `${ROUTE}Zo%C3%AB-1`,
    `x${ROUTE}${ID}`,
    ROUTE,
    '',
  ])('is not %s', (url) => {
    expect(readPlainUrl(url)).toBeNull();
  });
});

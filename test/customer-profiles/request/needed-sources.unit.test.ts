import { expect, it } from '@jest/globals';
import { CONNECTOR_NAMES } from '../../../src/config/connector-names.ts';
import { DEFAULT_POLICY, mergePolicy, policyContent } from '../../../src/config/merge-policy/merge-policy.ts';
import { SOURCE_NAMES } from '../../../src/config/source-names.ts';
import { neededSources } from '../../../src/customer-profiles/request/needed-sources.ts';

const content = policyContent(DEFAULT_POLICY);
const policy = mergePolicy({
  ...content,
  fields: { ...content.fields, name: { sources: ['reseller'] }, email: { sources: ['xero', 'connectors'] } },
});
const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

it.each<readonly [readonly string[], readonly string[]]>([
  [[], []],
  [['billingCustomerId'], []],
  [['account'], ['reseller']],
  [['account.tags'], ['reseller']],
  [['connectors'], CONNECTOR_NAMES],
  [['connectors.stripe'], ['stripe']],
  [
    ['connectors.stripe', 'connectors.xero', 'account.tags'],
    ['stripe', 'xero', 'reseller'],
  ],
  [['name'], ['reseller']],
  [['email'], CONNECTOR_NAMES],
  [['phoneNumber'], ['reseller', ...CONNECTOR_NAMES]],
  [['address.city'], ['reseller', ...CONNECTOR_NAMES]],
  [['customerId'], SOURCE_NAMES],
  [['conflicts'], SOURCE_NAMES],
  [['identity'], SOURCE_NAMES],
  [['sources'], SOURCE_NAMES],
  [['complete'], SOURCE_NAMES],
  [['provenance'], SOURCE_NAMES],
])('the fields %j need the link and %j', (fields, sources) => {
  expect(unique(neededSources(fields, policy))).toStrictEqual(unique(['billing', ...sources]));
});

import { describe, expect, it } from '@jest/globals';
import { POLICY_SOURCES } from '../../../src/config/merge-policy/merge-policy.ts';
import { policyIssues } from '../../../src/config/merge-policy/policy-issues.ts';

const sources = ['reseller', 'connectors'];
const fields = { name: { sources }, email: { sources }, phoneNumber: { sources }, address: { sources } };
const good = { version: '2027-01-01', fields };
const issuesOf = (more: object): readonly string[] => policyIssues({ ...good, ...more });
const MERGED = 'name, email, phoneNumber, address';

describe('a merge policy', () => {
  it.each<unknown>([null, 'zq7', [], [good]])('is an object, not %j', (content) => {
    expect(policyIssues(content)).toStrictEqual(['must be an object with version and fields']);
  });

  it('has a version', () => {
    for (const version of ['1', 'a_B-9.x', 'x'.repeat(40)]) expect(issuesOf({ version })).toStrictEqual([]);
    for (const version of [undefined, 7, '', 'x'.repeat(41), 'a b', 'a+b', '1\n', 'é'])
      expect(issuesOf({ version })).toStrictEqual([
        'version must be 1 to 40 letters, digits, dots, hyphens or underscores',
      ]);
  });

  it('has nothing else, and shows the name of something else only where it is a word', () => {
    const rule = 'is not allowed; allowed: version, fields, groups, sharedDomains';
    expect(issuesOf({ extra: 1 })).toStrictEqual([`extra ${rule}`]);
    for (const name of ['zq7', 'a b', 'x'.repeat(25), '']) expect(issuesOf({ [name]: 1 })).toStrictEqual([`… ${rule}`]);
    expect(issuesOf({ ['x'.repeat(24)]: 1 })).toStrictEqual([`${'x'.repeat(24)} ${rule}`]);
    expect(issuesOf({ fields: { ...fields, nickname: { sources } } })).toStrictEqual([
      `fields.nickname is not allowed; allowed: ${MERGED}`,
    ]);
    expect(issuesOf({ fields: { ...fields, name: { sources, order: 1 } } })).toStrictEqual([
      'fields.name.order is not allowed; allowed: sources',
    ]);
  });

  it('has the sources of each field', () => {
    for (const wrong of [undefined, null, 'zq7', []])
      expect(issuesOf({ fields: wrong })).toStrictEqual([`fields must be an object with ${MERGED}`]);
    for (const wrong of [undefined, 'reseller', ['reseller']])
      expect(issuesOf({ fields: { ...fields, email: wrong } })).toStrictEqual([
        'fields.email must be an object with sources',
      ]);
    const withSources = (list: unknown): readonly string[] =>
      issuesOf({ fields: { ...fields, email: { sources: list } } });
    for (const list of [undefined, 'reseller', []])
      expect(withSources(list)).toStrictEqual(['fields.email.sources must be a list that is not empty']);
    expect(withSources(['reseller', 'zq7', 7])).toStrictEqual([
      `fields.email.sources[1] must be one of ${POLICY_SOURCES.join(', ')}`,
      `fields.email.sources[2] must be one of ${POLICY_SOURCES.join(', ')}`,
    ]);
    expect(withSources(['xero', 'reseller', 'xero'])).toStrictEqual([
      'fields.email.sources[2] repeats fields.email.sources[0]',
    ]);
    expect(withSources([...POLICY_SOURCES])).toStrictEqual([]);
  });

  it('may have groups of fields with the same sources', () => {
    expect(issuesOf({ groups: [] })).toStrictEqual([]);
    expect(
      issuesOf({
        groups: [
          ['name', 'address'],
          ['email', 'phoneNumber'],
        ],
      }),
    ).toStrictEqual([]);
    for (const groups of [null, 'name', { 0: ['name', 'email'] }])
      expect(issuesOf({ groups })).toStrictEqual(['groups must be a list of lists of fields']);
    for (const group of [7, [], ['name']])
      expect(issuesOf({ groups: [['name', 'address'], group] })).toStrictEqual([
        'groups[1] must be a list of two fields or more',
      ]);
    expect(issuesOf({ groups: [['name', 'zq7']] })).toStrictEqual([`groups[0][1] must be one of ${MERGED}`]);
    expect(
      issuesOf({
        groups: [
          ['name', 'email'],
          ['address', 'email'],
        ],
      }),
    ).toStrictEqual(['groups[1][1] is in a group already']);
    const others = { ...fields, email: { sources: ['reseller'] } };
    expect(issuesOf({ fields: others, groups: [['name', 'email', 'address']] })).toStrictEqual([
      'groups[0][1] must have the same sources as groups[0][0]',
    ]);
    expect(issuesOf({ fields: null, groups: [['name', 'email']] })).toStrictEqual([
      `fields must be an object with ${MERGED}`,
    ]);
  });

  it('may have shared domains', () => {
    const dns = 'sharedDomains[0] must be a domain as the DNS writes it, in lower case';
    const suffix = "sharedDomains[0] must be below a registry's suffix such as com or co.uk";
    const many = (count: number): readonly string[] => Array.from({ length: count }, (_one, at) => `d${at}.example.com`);
    const long = `${'a.'.repeat(125)}com`;
    for (const domain of ['example.com', 'a-b.co.uk', 'xn--bcher-kva.example.org', `${'a'.repeat(63)}.com`, long])
      expect(issuesOf({ sharedDomains: [domain] })).toStrictEqual([]);
    for (const domain of [7, '', 'example', 'Example.com', 'example.com.', '.example.com', 'a..com', '-a.com', 'a-.com', 'a b.com', 'bücher.de', `${'a'.repeat(64)}.com`, `a${long}`, 'x@example.com', '1.2.3.4', 'example.c_m', 'example.c', 'example.-com', 'example.com-', 'example.com\n'])
      expect([domain, issuesOf({ sharedDomains: [domain] })]).toStrictEqual([domain, [dns]]);
    for (const domain of ['co.uk', 'com.br']) expect(issuesOf({ sharedDomains: [domain] })).toStrictEqual([suffix]);
    expect(issuesOf({ sharedDomains: ['a.com', 'b.com', 'a.com'] })).toStrictEqual(['sharedDomains[2] repeats sharedDomains[0]']);
    expect(issuesOf({ sharedDomains: many(1000) })).toStrictEqual([]);
    for (const sharedDomains of [many(1001), null, 'example.com'])
      expect(issuesOf({ sharedDomains })).toStrictEqual(['sharedDomains must be a list of at most 1000 domains']);
  }); // prettier-ignore
});

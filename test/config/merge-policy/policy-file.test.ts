import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../../src/config/config.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';
import {
  DEFAULT_POLICY,
  type MergePolicy,
  mergePolicy,
  policyContent,
} from '../../../src/config/merge-policy/merge-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'policy-'));
const path = join(folder, 'policy.json');
const credentials = {
  RESELLER_API_KEY: 'none',
  RESELLER_ACCESS_TOKEN: 'none',
  BILLING_API_KEY: 'none',
  BILLING_ORGANISATION: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
};
const sources = ['reseller', 'connectors'];
const good = {
  version: '2027-01-01',
  fields: {
    name: { sources },
    email: { sources: ['xero', 'connectors', 'reseller'] },
    phoneNumber: { sources },
    address: { sources },
  },
};
const withFields = (fields: object): object => ({ ...good, fields: { ...good.fields, ...fields } });

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const policyOf = (file: string): MergePolicy =>
  new Config(readEnv({ ...credentials, PROFILE_POLICY_FILE: file })).mergePolicy;
const read = (content: unknown): MergePolicy => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return policyOf(path);
};

describe('PROFILE_POLICY_FILE', () => {
  it.each([
    ['is no JSON', '{"zq7', 'cannot be read as JSON'],
    ['is empty', '', 'cannot be read as JSON'],
    ['is a list', [good], 'must be an object'],
    ['is too large', ' '.repeat(65_537), 'must be a file of at most 65536 bytes'],
    ['has no version', { ...good, version: undefined }, 'version must be'],
    ['has a version with a plus', { ...good, version: 'zq7+1' }, 'version must be'],
    ['has no fields', { version: '1' }, 'fields must be an object'],
    ['lacks a field', withFields({ address: undefined }), 'fields.address must be an object with sources'],
    ['has a field that is not merged', withFields({ nickname: { sources } }), 'fields.nickname is not allowed'],
    ['has a name that is no word', { ...good, zq7: 1 }, '… is not allowed'],
    ['has no sources', withFields({ name: {} }), 'fields.name.sources must be a list that is not empty'],
    ['has no source', withFields({ name: { sources: [] } }), 'fields.name.sources must be a list that is not empty'],
    ['has an unknown source', withFields({ name: { sources: [...sources, 'zq7'] } }), 'fields.name.sources[2] must be one of reseller, connectors, stripe'],
    ['has the link for a source', withFields({ name: { sources: ['billing'] } }), 'fields.name.sources[0] must be one of'],
    ['has a source twice', withFields({ email: { sources: ['xero', 'reseller', 'xero'] } }), 'fields.email.sources[2] repeats fields.email.sources[0]'],
    ['has more in a field', withFields({ email: { sources, order: 1 } }), 'fields.email.order is not allowed'],
    ['has a group of one', { ...good, groups: [['name']] }, 'groups[0] must be a list of two fields or more'],
    ['has an unknown field in a group', { ...good, groups: [['name', 'zq7']] }, 'groups[0][1] must be one of name'],
    ['has a field in two groups', { ...good, groups: [['name', 'address'], ['phoneNumber', 'name']] }, 'groups[1][1] is in a group already'],
    ['groups fields of other orders', { ...good, groups: [['name', 'email']] }, 'groups[0][1] must have the same sources as groups[0][0]'],
    ['has no list of domains', { ...good, sharedDomains: 'zq7' }, 'sharedDomains must be a list of at most 1000 domains'],
    ['has too many domains', { ...good, sharedDomains: Array(1001).fill('zq7.com') }, 'sharedDomains must be a list of at most 1000 domains'],
    ['has a domain that is a number', { ...good, sharedDomains: ['zq8.com', 7] }, 'sharedDomains[1] must be a domain as the DNS writes it, in lower case'],
    ['has a domain without a dot', { ...good, sharedDomains: ['zq7'] }, 'sharedDomains[0] must be a domain as'],
    ['has a domain in capitals', { ...good, sharedDomains: ['ZQ7.com'] }, 'sharedDomains[0] must be a domain as'],
    ['has an address for a domain', { ...good, sharedDomains: ['a@zq7.com'] }, 'sharedDomains[0] must be a domain as'],
    ['has a domain in other letters', { ...good, sharedDomains: ['zq7ß.de'] }, 'sharedDomains[0] must be a domain as'],
    ['has a registry for a domain', { ...good, sharedDomains: ['co.uk'] }, 'sharedDomains[0] must be below a registry'],
    ['has a domain twice', { ...good, sharedDomains: ['zq7.com', 'zq7.com'] }, 'sharedDomains[1] repeats sharedDomains[0]'],
    ['has __proto__', `{"__proto__": {}, ${JSON.stringify(good).slice(1)}`, '… is not allowed'],
  ])('that %s stops the start, named without its content', (_case, content, issue) => {
    const reading = expect(() => read(content));
    reading.toThrow(`PROFILE_POLICY_FILE: ${issue}`);
    reading.not.toThrow('zq7');
  }); // prettier-ignore

  it('that is missing, a folder or a pipe stops the start at once', () => {
    mkdirSync(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const name of ['nowhere', 'folder', 'pipe'])
      expect(() => policyOf(join(folder, name))).toThrow('PROFILE_POLICY_FILE: ');
  });

  it('with several issues is reported with all of them at once', () => {
    const reading = expect(() => read({ version: 1, fields: { name: 1, email: { sources: ['zq7'] } }, groups: 1 }));
    for (const place of [
      'version',
      'fields.name',
      'fields.email.sources[0]',
      'fields.phoneNumber',
      'fields.address',
      'groups',
    ])
      reading.toThrow(`PROFILE_POLICY_FILE: ${place} `);
  });

  it('replaces the default policy, which applies without a file', () => {
    expect(new Config(readEnv(credentials)).mergePolicy).toBe(DEFAULT_POLICY);
    const policy = read({ ...good, groups: [['phoneNumber', 'address']] });
    expect(policyContent(policy)).toEqual({ ...good, groups: [['phoneNumber', 'address']] });
    expect(Object.isFrozen(policy.fields.email.sources)).toBe(true);
  });

  it('gets another version with other content, even with the same stated version, and the same in any order of names', () => {
    const { version } = read(good);
    expect(version).toMatch(/^2027-01-01\+[\da-f]{8}$/);
    expect(read(withFields({ email: { sources } })).version).not.toBe(version);
    expect(read({ ...good, version: '2' }).version).toBe(`2${version.slice(version.indexOf('+'))}`);
    const { name, ...others } = good.fields;
    expect(read({ groups: [], fields: { ...others, name }, version: good.version }).version).toBe(version);
    expect(mergePolicy(policyContent(DEFAULT_POLICY)).version).toBe(DEFAULT_POLICY.version);
  });

  it('adds shared domains, which make another version (C7)', () => {
    const policy = read({ ...good, sharedDomains: ['mail.partner.example', 'xn--bcher-kva.de'] });
    expect(policy.sharedDomains).toStrictEqual(['mail.partner.example', 'xn--bcher-kva.de']);
    expect(Object.isFrozen(policy.sharedDomains)).toBe(true);
    expect(policy.version).not.toBe(read(good).version);
    expect(mergePolicy(policyContent(policy))).toStrictEqual(policy);
    expect(read({ ...good, sharedDomains: [] })).toStrictEqual(read(good));
  });

  it('of the form that docs/merging.md shows is the default policy', () => {
    const reference = readFileSync(new URL('../../../docs/merging.md', import.meta.url), 'utf8');
    expect(read(/^```json\n(.*?)^```$/ms.exec(reference)?.[1] ?? '')).toEqual(DEFAULT_POLICY);
    expect(reference).toContain(`\`${DEFAULT_POLICY.version}\``);
  });
});

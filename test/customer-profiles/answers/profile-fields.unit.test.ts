import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONNECTOR_NAMES } from '../../../src/config/connector-names.ts';
import { DEFAULT_POLICY } from '../../../src/config/merge-policy/merge-policy.ts';
import {
  FIELD_NAMES,
  FIELDS,
  fieldsIssue,
  isField,
  selectFields,
} from '../../../src/customer-profiles/answers/profile-fields.ts';
import { mergeProfile } from '../../../src/profile-merge/merge.ts';
import { withProvenance } from '../../../src/profile-merge/provenance.ts';
import { anyParts } from '../../profile-merge/any-parts.ts';

const everyField = [
  'customerId', 'billingCustomerId', 'name', 'email', 'phoneNumber', 'address', 'account', 'connectors', 'conflicts',
  'identity', 'sources', 'complete',
] as const; // prettier-ignore

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('field names', () => {
  it.each([...everyField, 'connectors.stripe', 'connectors.dealhub', 'account.status', 'address.city'])(
    '%s is one',
    (field) => {
      expect(isField(field)).toBe(true);
    },
  );

  it.each([
    '',
    'Name',
    'names',
    'constructor',
    'connectors.paypal',
    'identity.verdict',
    'sources.stripe',
    'name.first',
    'account.',
    'account.names',
    'account.city',
    'account.constructor',
    'address.street',
    'address.toString',
  ])('%j is none', (field) => {
    expect(isField(field)).toBe(false);
  });
});

describe('(A4) a list with a name that is no field', () => {
  it('is refused with the places of such names and the fields that there are, and repeats none of them', () => {
    const issue = fieldsIssue(['name', 'account.foo', 'address.city', 'zq7', 'address.nope']);
    expect(issue).toContain('no field: name 2, 4, 5 of the list');
    expect(issue).toContain('account has: externalReferenceId, ');
    expect(issue).toContain('address has: country, ');
    expect(issue).not.toMatch(/foo|zq7|nope/);
  });

  it('says only what the fields are that it might mean', () => {
    const top = [...everyField].sort();
    const said = (fields: readonly string[]): RegExpExecArray | null =>
      /^no field: name (.+) of the list; must be a comma-separated list of: (.+); or connectors\.<name>, account\.<field>, address\.<field>(.*)$/.exec(
        fieldsIssue(fields) ?? '',
      );
    expect(said(['names'])?.[2]?.split(', ').sort()).toStrictEqual(top);
    expect(said(['names'])?.[3]).toBe('');
    expect(said(['name', 'provenance'])?.[1]).toBe('2');
    expect(said(['connectors.x', 'addresses.city'])?.[3]).toBe(`; connectors has: ${CONNECTOR_NAMES.join(', ')}`);
    expect(said(['address.x', 'account.y'])?.[3]).toMatch(
      /^; account has: externalReferenceId, .+, createdAt; address has: country, .+, postalCode$/,
    );
  });

  it('is not refused when every name is a field', () => {
    expect(fieldsIssue(FIELD_NAMES)).toBeNull();
  });
});

describe('the form of a list of fields', () => {
  it.each([
    ['a', true],
    ['a.b1', true],
    ['a,b.c,d', true],
    [Array(64).fill('a.b').join(), true],
    [Array(65).fill('a.b').join(), false],
    ['', false],
    [',', false],
    ['a,', false],
    [',a', false],
    ['a b', false],
    ['a1', false],
    ['a.', false],
    ['a.b.c', false],
    ['a,b.', false],
    ['a,1', false],
    ['a\n', false],
    [' a', false],
  ])('%s: %s', (list, isOne) => {
    expect(FIELDS.test(list)).toBe(isOne);
  });
});

describe('the members of account and address', () => {
  it('are names of fields, every one', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const { account, address } = mergeProfile('1005110001', parts, CONNECTOR_NAMES, NOW, DEFAULT_POLICY);
        const names = [
          ...Object.keys(account ?? {}).map((name) => `account.${name}`),
          ...Object.keys(address ?? {}).map((name) => `address.${name}`),
        ];
        expect(names.filter((name) => !isField(name) || !FIELDS.test(name))).toStrictEqual([]);
      }),
    );
  });
});

describe('a selection of fields', () => {
  it('has those fields with their values, customerId and complete, and nothing else, in the record’s order', () => {
    fc.assert(
      fc.property(anyParts, fc.subarray([...everyField]), (parts, fields) => {
        const profile = mergeProfile('1005110001', parts, CONNECTOR_NAMES, NOW, DEFAULT_POLICY);
        const expected = everyField.filter(
          (field) => fields.includes(field) || field === 'customerId' || field === 'complete',
        );
        const selected = selectFields(profile, fields);
        expect(Object.keys(selected)).toStrictEqual(expected);
        for (const field of expected) expect(selected[field]).toBe(profile[field]);
      }),
    );
  });

  it('has of a field’s parts only those that were named', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const profile = mergeProfile('1005110001', parts, CONNECTOR_NAMES, NOW, DEFAULT_POLICY);
        const selected = selectFields(profile, ['connectors.xero', 'address.city', 'account.status', 'account.tags']);
        expect(selected).toStrictEqual({
          customerId: '1005110001',
          address: profile.address && { city: profile.address.city },
          account: profile.account && { status: profile.account.status, tags: profile.account.tags },
          connectors: profile.connectors?.filter(({ name }) => name === 'xero') ?? null,
          complete: profile.complete,
        });
      }),
    );
  });

  it('has of the provenance, where there is one, what belongs to the fields that were named', () => {
    const merged = mergeProfile('1005110001', {}, CONNECTOR_NAMES, NOW, DEFAULT_POLICY);
    const profile = withProvenance(merged, {}, CONNECTOR_NAMES, NOW, DEFAULT_POLICY);
    const selected = selectFields(profile, ['name', 'address.city', 'sources']);
    expect(selected).toHaveProperty('provenance', {
      name: profile.provenance?.name,
      address: profile.provenance?.address,
    });
  });

  it('has the whole of a field that was named whole and in part', () => {
    const profile = mergeProfile('1005110001', {}, CONNECTOR_NAMES, NOW, DEFAULT_POLICY);
    expect(selectFields(profile, ['identity', 'connectors.stripe', 'connectors'])).toMatchObject({
      identity: profile.identity,
      connectors: profile.connectors,
    });
  });
});

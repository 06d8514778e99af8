import { describe, expect, it } from '@jest/globals';
import {
  type MergedField,
  type MergePolicy,
  mergePolicy,
  type PolicySource,
} from '../../src/config/merge-policy/merge-policy.ts';
import { chooseFields, type FieldChoice } from '../../src/profile-merge/field-choice.ts';
import { type ConnectorPart, type ProfileParts } from '../../src/profile-merge/profile-parts.ts';
import { readCustomer } from '../../src/reseller-customers/reseller-customer.wire.ts';

const times = { fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: 0, staleUntil: 0, failure: null };

const reseller = (companyName: string | null, email: string | null): Pick<ProfileParts, 'reseller'> => {
  const value = readCustomer({ customerId: '1005', companyProfile: { companyName, contacts: [{ email }] } });
  return { reseller: { state: 'ok', value, ...times } };
};
const linked = (customerName: string | null, email: string | null): ConnectorPart => ({
  state: 'linked',
  value: { referenceId: 'r', customerName, email },
  ...times,
});

function policy(sources: readonly PolicySource[], groups: readonly (readonly MergedField[])[] = []): MergePolicy {
  const order = { sources };
  return mergePolicy({
    version: 't',
    fields: { name: order, email: order, phoneNumber: order, address: order },
    groups,
  });
}

const choose = (parts: ProfileParts, by: MergePolicy, field: MergedField = 'name'): FieldChoice =>
  chooseFields(parts, ['stripe', 'xero', 'hubspot'], by)[field];

const usual = policy(['reseller', 'connectors']);
const acme = { ...reseller('Fairmont', 'f@one.example'), stripe: linked('Acme', null) };

describe('the rule that chooses a field', () => {
  it('is none when no source has a value', () => {
    expect(choose({}, usual)).toStrictEqual({ value: null, source: null, losers: [], rule: 'none' });
    expect(choose(reseller(null, null), usual)).toMatchObject({ rule: 'none' });
  });

  it('is only-source when one source has a value: an empty one never beats it', () => {
    const parts = { ...reseller(null, null), xero: linked('Fairmont', null), stripe: linked(null, null) };
    expect(choose(parts, usual)).toStrictEqual({ value: 'Fairmont', source: 'xero', losers: [], rule: 'only-source' });
  });

  it.each(['', ' ', '\u200b', '\u2060 ', '\u3164', '\u2800'])('never takes the invisible text %j (W10)', (empty) => {
    const parts = { ...reseller(null, null), xero: linked(empty, empty), hubspot: linked('Fairmont', 'f@one.example') };
    const chosen = { source: 'hubspot', losers: [], rule: 'only-source' };
    expect(choose(parts, usual)).toStrictEqual({ value: 'Fairmont', ...chosen });
    expect(choose(parts, usual, 'email')).toStrictEqual({ value: 'f@one.example', ...chosen });
    const theirs = { ...parts, ...reseller(empty, empty) };
    expect(choose(theirs, usual)).toStrictEqual({ value: 'Fairmont', ...chosen });
    expect(choose(theirs, usual, 'email')).toStrictEqual({ value: 'f@one.example', ...chosen });
  });

  it('is agreed also when a source agrees that the policy leaves out', () => {
    const parts = {
      stripe: linked('Fairmont', null),
      xero: linked('Fairmont', null),
      hubspot: linked('Fairmont', null),
    };
    expect(choose(parts, policy(['stripe', 'xero']))).toMatchObject({ source: 'stripe', rule: 'agreed' });
  });

  it('is none for a field of a group that no source has', () => {
    const grouped = policy(['reseller', 'connectors'], [['name', 'email']]);
    const none = { value: null, source: null, losers: [], rule: 'none' };
    expect(choose({ stripe: linked('Fairmont', null) }, grouped, 'email')).toStrictEqual(none);
  });

  it('takes the telephone number of a contact when the company has none', () => {
    const companyProfile = { companyName: 'Fairmont', contacts: [{}, { phoneNumber: '+1 503 555 0115' }] };
    const value = readCustomer({ customerId: '1005', companyProfile });
    const chosen = choose({ reseller: { state: 'ok', value, ...times } }, usual, 'phoneNumber');
    expect(chosen).toMatchObject({ value: '+1 503 555 0115', source: 'reseller', rule: 'only-source' });
  });

  it('is agreed when all values mean the same, and shows the spelling of the first', () => {
    const parts = { ...reseller('Fairmont', null), xero: linked('FAIRMONT Inc. (AGR-1)', null) };
    expect(choose(parts, usual)).toStrictEqual({ value: 'Fairmont', source: 'reseller', losers: [], rule: 'agreed' });
  });

  it('is source-order when values differ, and lists the sources that differ from the value shown', () => {
    const parts = { ...acme, xero: linked('fairmont', null), hubspot: linked('Bolt', null) };
    expect(choose(parts, usual)).toStrictEqual({
      value: 'Fairmont',
      source: 'reseller',
      losers: [
        { source: 'stripe', value: 'Acme' },
        { source: 'hubspot', value: 'Bolt' },
      ],
      rule: 'source-order',
    });
  });

  it.each([
    [['connectors', 'reseller'], 'stripe'],
    [['xero', 'connectors', 'reseller'], 'xero'],
    [['reseller', 'xero'], 'reseller'],
    [['hubspot', 'dealhub', 'xero', 'reseller', 'stripe'], 'xero'],
  ] as const)('takes the sources in the order %j', (order, source) => {
    const parts = { ...acme, xero: linked('Bolt', null) };
    expect(choose(parts, policy(order))).toMatchObject({ source, rule: 'source-order' });
    expect(choose(parts, policy(order)).losers).toHaveLength(2);
  });

  it('is left-out when only sources that the policy leaves out have a value, which is listed and not shown', () => {
    const losers = [{ source: 'stripe', value: 'Acme' }];
    const expected = { value: null, source: null, losers, rule: 'left-out' };
    expect(choose({ ...acme, ...reseller(null, null) }, policy(['reseller', 'xero']))).toStrictEqual(expected);
    expect(choose({ stripe: linked('Acme', 'a@b.example') }, policy(['xero'], [['name', 'email']]))).toStrictEqual(
      expected,
    );
  });

  it('is group for fields that win together: all from the source with the most of them, the first among equals', () => {
    const by = policy(['reseller', 'connectors'], [['name', 'email']]);
    const parts = {
      ...reseller('Fairmont', null),
      stripe: linked('Acme', 'a@acme.example'),
      xero: linked('Bolt', 'x'),
    };
    expect(choose(parts, by, 'name')).toMatchObject({ value: 'Acme', source: 'stripe', rule: 'group' });
    expect(choose(parts, by, 'email')).toMatchObject({ value: 'a@acme.example', source: 'stripe', rule: 'group' });
    expect(choose(parts, by, 'name').losers.map(({ source }) => source)).toEqual(['reseller', 'xero']);
    expect(choose(parts, by, 'phoneNumber')).toMatchObject({ rule: 'none' });
    const halves = { ...reseller('Fairmont', null), stripe: linked(null, 'a@acme.example') };
    expect(choose(halves, by, 'email')).toStrictEqual({
      value: null,
      source: 'reseller',
      losers: [{ source: 'stripe', value: 'a@acme.example' }],
      rule: 'group',
    });
  });

  it('sees only the connectors that were asked', () => {
    expect(chooseFields(acme, ['xero'], usual).name).toMatchObject({ losers: [], rule: 'only-source' });
    expect(chooseFields(acme, ['xero'], policy(['stripe', 'reseller'])).name).toMatchObject({ source: 'reseller' });
  });
});

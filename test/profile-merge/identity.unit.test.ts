import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConnectorName } from '../../src/config/connector-names.ts';
import { DEFAULT_POLICY, mergePolicy, policyContent } from '../../src/config/merge-policy/merge-policy.ts';
import { judgeIdentity } from '../../src/profile-merge/identity.ts';
import { mergeProfile } from '../../src/profile-merge/merge.ts';
import { type ConnectorPart, type ProfileParts } from '../../src/profile-merge/profile-parts.ts';
import { readCustomer } from '../../src/reseller-customers/reseller-customer.wire.ts';
import { anyConnectors, anyParts } from './any-parts.ts';

const times = { fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: 0, staleUntil: 0, failure: null };

const linked = (customerName: string | null, email: string | null, referenceId = 'r'): ConnectorPart => ({
  state: 'linked',
  value: { referenceId, customerName, email },
  ...times,
});

const billing = (externalId: string): Pick<ProfileParts, 'billing'> => ({
  billing: { state: 'linked', value: { billingCustomerId: 'b', resolver: 'link-store', externalId }, ...times },
});

/** The reseller's view of Fairmont beside what connectors say. */
function fairmont(
  others: Partial<Record<ConnectorName, ConnectorPart>> & Pick<ProfileParts, 'billing'>,
  emails = ['x@one.example'],
): ProfileParts {
  const contacts = emails.map((email) => ({ email }));
  const companyProfile = { companyName: 'Fairmont', contacts };
  const value = readCustomer({ customerId: '1005', externalReferenceId: '342', companyProfile });
  return { reseller: { state: 'ok', value, ...times }, ...others };
}

const judge = (parts: ProfileParts): object => judgeIdentity(parts, ['stripe', 'xero', 'hubspot'], DEFAULT_POLICY);
const differ = (what: string, name: string): string => `${what}: reseller and ${name} differ`;
const agree = (what: string, name: string): string => `${what}: reseller and ${name} agree`;
const unknown = { verdict: 'unknown', evidence: [] };

describe('the identity of a customer across sources', () => {
  it('is unknown when there is nothing to compare', () => {
    expect(judge({})).toStrictEqual(unknown);
    expect(judge(fairmont({}))).toStrictEqual(unknown);
    expect(judge(fairmont({ stripe: linked(null, null) }))).toStrictEqual(unknown);
    expect(judge(fairmont({ stripe: { state: 'not_linked', value: null, ...times } }))).toStrictEqual(unknown);
    expect(judge({ stripe: linked('Acme', 'a@acme.example') })).toStrictEqual(unknown);
  });

  it('is consistent when something agrees and nothing differs, apart from a partner code, case and legal form', () => {
    const stripe = linked('FAIRMONT Inc. (AGR-12)', 'billing@ONE.example');
    expect(judge(fairmont({ stripe, xero: linked('Fairmont', null) }))).toStrictEqual({
      verdict: 'consistent',
      evidence: [agree('name', 'stripe'), agree('e-mail domain', 'stripe'), agree('name', 'xero')],
    });
  });

  it('compares no name when the reseller has none', () => {
    const nameless = { state: 'ok' as const, value: readCustomer({ customerId: '1005' }), ...times };
    expect(judge({ reseller: nameless, stripe: linked('Acme', null) })).toStrictEqual(unknown);
  });

  it('takes the reseller’s own id for an external id, and another one for nothing when the reseller names none', () => {
    const reseller = { state: 'ok' as const, value: readCustomer({ customerId: '1005' }), ...times };
    const evidence = [agree('external reference id', 'billing')];
    expect(judge({ reseller, ...billing('1005') })).toStrictEqual({ verdict: 'consistent', evidence });
    expect(judge({ reseller, ...billing('1006') })).toStrictEqual(unknown);
  });

  it('compares the e-mail domain with those of all contacts; a domain below another agrees', () => {
    const stripe = linked(null, 'ap@billing.two.example');
    expect(judge(fairmont({ stripe }, ['x@one.example', 'y@two.example']))).toMatchObject({ verdict: 'consistent' });
  });

  it('treats two names below a registry’s own suffix as two owners (W7)', () => {
    const stripe = linked(null, 'fin@souza.adv.br');
    expect(judge(fairmont({ stripe }, ['ana@silva.adv.br']))).toStrictEqual({
      verdict: 'suspicious',
      evidence: [differ('e-mail domain', 'stripe')],
    });
  });

  it.each([
    ['in angle brackets', '<ap@one.example>'],
    ['in quotes', '"ap@one.example"'],
    ['after a name', 'Accounts <ap@one.example>'],
    ['before a separator', 'ap@one.example;'],
    ['beside another one’s', 'ap@one.example, ap@elsewhere.example'],
    ['for a test system', 'ap@one.example.invalid'],
  ])('reads an address %s (C6)', (_where, email) => {
    expect(judge(fairmont({ stripe: linked(null, email) }))).toStrictEqual({
      verdict: 'consistent',
      evidence: [agree('e-mail domain', 'stripe')],
    });
  });

  it.each([
    'ap@fairmont..example',
    'ap@192.0.2.1',
    'ap@[192.0.2.1]',
    'ap@localhost',
    'write to ap@two.example',
    'n/a',
    '@',
  ])('takes %j for no evidence, even beside a name that differs at two sources (C6)', (email) => {
    expect(judge(fairmont({ stripe: linked(null, email) }))).toStrictEqual(unknown);
    const trading = linked('Fairmont Trading', email);
    expect(judge(fairmont({ stripe: trading, xero: trading }))).toMatchObject({ verdict: 'suspicious' });
  });

  it.each(['pec.it', 'app.hubdoc.com', 'googlegroups.com', 'example.com', 'none.com', 'anna.test'])(
    'takes two addresses at %s for no evidence (C7)',
    (domain) => {
      const theirs = linked(null, `bruno@${domain}`);
      expect(judge(fairmont({ stripe: theirs, xero: theirs }, [`anna@${domain}`]))).toStrictEqual(unknown);
    },
  );

  it('takes a domain that the policy calls shared for no evidence (C7)', () => {
    const parts = fairmont({ stripe: linked(null, 'bruno@mail.one.example'), xero: linked(null, 'x@two.example') });
    const sharedDomains = ['one.example'];
    expect(judgeIdentity(parts, ['stripe', 'xero'], DEFAULT_POLICY)).toMatchObject({ verdict: 'suspicious' });
    expect(judgeIdentity(parts, ['stripe', 'xero'], { sharedDomains })).toStrictEqual(unknown);
    const policy = mergePolicy({ ...policyContent(DEFAULT_POLICY), sharedDomains });
    expect(mergeProfile('1005', parts, ['stripe', 'xero'], 0, policy).identity).toStrictEqual(unknown);
  });

  it.each(['', ' ', '\u200b', '\u3164', '\u2800'])('takes the invisible name %j for none (W10)', (name) => {
    expect(judge(fairmont({ stripe: linked(name, null) }))).toStrictEqual(unknown);
  });

  it('distinguishes domains that differ in ß or a dotless ı (W6)', () => {
    const stripe = linked(null, 'info@strasse.de');
    expect(judge(fairmont({ stripe }, ['info@straße.de']))).toMatchObject({ verdict: 'suspicious' });
    expect(judge(fairmont({ stripe: linked(null, 'info@xn--strae-oqa.de') }, ['info@straße.de']))).toMatchObject({
      verdict: 'consistent',
    });
  });

  it('ignores public e-mail providers', () => {
    expect(judge(fairmont({ stripe: linked(null, 'fairmont@gmail.com') }))).toStrictEqual(unknown);
    expect(judge(fairmont({ stripe: linked(null, 'y@yahoo.co.jp') }, ['x@yahoo.co.jp']))).toStrictEqual(unknown);
    expect(judge(fairmont({ stripe: linked(null, 'y@one.example') }, ['x@gmail.com', 'x@one.example']))).toMatchObject({
      verdict: 'consistent',
    });
  });

  it('is suspicious when something differs and something agrees, and says what differs', () => {
    const stripe = linked('Acme', 'x@one.example');
    expect(judge(fairmont({ stripe }))).toStrictEqual({ verdict: 'suspicious', evidence: [differ('name', 'stripe')] });
  });

  it('is suspicious when one source alone differs in everything', () => {
    expect(judge(fairmont({ stripe: linked('Acme', 'x@acme.example') }))).toStrictEqual({
      verdict: 'suspicious',
      evidence: [differ('name', 'stripe'), differ('e-mail domain', 'stripe')],
    });
  });

  it('is suspicious when several sources differ in one kind of evidence alone', () => {
    const parts = fairmont({ stripe: linked('Acme', null), xero: linked('Bolt', null) });
    expect(judge(parts)).toMatchObject({ verdict: 'suspicious' });
  });

  it('is contradictory when two sources or more differ, in names and domains, and nothing agrees', () => {
    const parts = fairmont({ stripe: linked('Acme', 'x@acme.example'), xero: linked('Bolt', null) });
    expect(judge(parts)).toStrictEqual({
      verdict: 'contradictory',
      evidence: [differ('name', 'stripe'), differ('e-mail domain', 'stripe'), differ('name', 'xero')],
    });
    expect(judge({ ...parts, ...billing('342') })).toMatchObject({ verdict: 'suspicious' });
  });

  it.each([
    ['the marketplace’s own id', '342', 'consistent', [agree('external reference id', 'billing')]],
    ['the reseller’s id', '1005', 'consistent', [agree('external reference id', 'billing')]],
    ['another id', '343', 'suspicious', [differ('external reference id', 'billing')]],
  ])('weighs the billing side’s external_id when it is %s', (_what, externalId, verdict, evidence) => {
    expect(judge(fairmont(billing(externalId)))).toStrictEqual({ verdict, evidence });
  });

  it('ignores an external_id that HubSpot wrote', () => {
    const hubspot = linked(null, null, '9001');
    expect(judge(fairmont({ hubspot, ...billing('9001') }))).toStrictEqual(unknown);
  });

  it('shows no value, and compares only the connectors that were asked', () => {
    fc.assert(
      fc.property(anyParts, anyConnectors, (parts, connectors) => {
        const { evidence } = judgeIdentity(parts, connectors, DEFAULT_POLICY);
        const allowed = [
          ...connectors.flatMap((name) => [
            ...['name', 'e-mail domain'].flatMap((what) => [differ(what, name), agree(what, name)]),
          ]),
          differ('external reference id', 'billing'),
          agree('external reference id', 'billing'),
        ];
        expect(evidence.filter((sentence) => !allowed.includes(sentence))).toStrictEqual([]);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConnectorName } from '../../src/config/connector-names.ts';
import { judgeIdentity } from '../../src/customer-profiles/identity.ts';
import { type ConnectorPart, type ProfileParts } from '../../src/customer-profiles/profile-parts.ts';
import { readCustomer } from '../../src/reseller-customers/reseller-customer.wire.ts';
import { anyConnectors, anyParts } from './any-parts.ts';

const times = { fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: 0, staleUntil: 0, failure: null };

const linked = (customerName: string | null, email: string | null): ConnectorPart => ({
  state: 'linked',
  value: { referenceId: 'r', customerName, email },
  ...times,
});

/** The reseller's view of Fairmont beside what connectors say. */
function fairmont(connectors: Partial<Record<ConnectorName, ConnectorPart>>, emails = ['x@one.example']): ProfileParts {
  const contacts = emails.map((email) => ({ email }));
  const value = readCustomer({ customerId: '1005', companyProfile: { companyName: 'Fairmont', contacts } });
  return { reseller: { state: 'ok', value, ...times }, ...connectors };
}

const judge = (parts: ProfileParts): object => judgeIdentity(parts, ['stripe', 'xero', 'hubspot']);
const differ = (what: string, name: string): string => `${what}: reseller and ${name} differ`;

describe('the identity of a customer across sources', () => {
  it('is unknown when there is nothing to compare', () => {
    const unknown = { verdict: 'unknown', evidence: [] };
    expect(judge({})).toStrictEqual(unknown);
    expect(judge(fairmont({}))).toStrictEqual(unknown);
    expect(judge(fairmont({ stripe: linked(null, null) }))).toStrictEqual(unknown);
    expect(judge(fairmont({ stripe: { state: 'not_linked', value: null, ...times } }))).toStrictEqual(unknown);
    expect(judge({ stripe: linked('Acme', 'a@acme.example') })).toStrictEqual(unknown);
  });

  it('is consistent when nothing differs, decoration and case aside', () => {
    const stripe = linked('FAIRMONT (AGR-12)', 'billing@ONE.example');
    expect(judge(fairmont({ stripe, xero: linked('Fairmont', null) }))).toStrictEqual({
      verdict: 'consistent',
      evidence: [],
    });
  });

  it('compares the e-mail domain with those of all contacts', () => {
    const stripe = linked(null, 'ap@two.example');
    expect(judge(fairmont({ stripe }, ['x@one.example', 'y@two.example']))).toMatchObject({ verdict: 'consistent' });
  });

  it('is suspicious when something differs and something agrees, and says what differs', () => {
    const stripe = linked('Acme', 'x@one.example');
    expect(judge(fairmont({ stripe }))).toStrictEqual({ verdict: 'suspicious', evidence: [differ('name', 'stripe')] });
  });

  it('is suspicious when one connector alone differs in everything', () => {
    expect(judge(fairmont({ stripe: linked('Acme', 'x@acme.example') }))).toStrictEqual({
      verdict: 'suspicious',
      evidence: [differ('name', 'stripe'), differ('e-mail domain', 'stripe')],
    });
  });

  it('is contradictory when two connectors or more differ and none agrees in anything', () => {
    const parts = fairmont({ stripe: linked('Acme', 'x@acme.example'), xero: linked('Bolt', null) });
    expect(judge(parts)).toStrictEqual({
      verdict: 'contradictory',
      evidence: [differ('name', 'stripe'), differ('e-mail domain', 'stripe'), differ('name', 'xero')],
    });
  });

  it('never shows a value, and looks only at the connectors that were asked', () => {
    fc.assert(
      fc.property(anyParts, anyConnectors, (parts, connectors) => {
        const { evidence } = judgeIdentity(parts, connectors);
        const allowed = connectors.flatMap((name) => [differ('name', name), differ('e-mail domain', name)]);
        expect(evidence.filter((sentence) => !allowed.includes(sentence))).toStrictEqual([]);
      }),
    );
  });
});

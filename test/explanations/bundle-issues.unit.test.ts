import { describe, expect, it } from '@jest/globals';
import { CONNECTOR_STATES } from '../../src/billing-connectors/connector.ts';
import { CONNECTOR_NAMES } from '../../src/config/connector-names.ts';
import { bundleIssues } from '../../src/explanations/bundle-issues.ts';
import { FAILURE_STATES } from '../../src/upstream/upstream-error.ts';

const times = { fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: 0, staleUntil: 0 };
const part = (state: string, value: unknown, more: object = {}): object => ({
  state,
  value,
  ...times,
  failure: null,
  ...more,
});
const account = { externalReferenceId: null, contacts: [] };
const customer = { customerId: 'P100', companyName: null, phoneNumber: null, address: null, account };
const link = { billingCustomerId: 'b1', resolver: 'request' };
const bundle = (more: object = {}): object => ({ bundle: 1, customerId: 'P100', connectors: ['xero'], at: '2026-03-01T12:00:00Z', parts: {}, ...more }); // prettier-ignore
const ofParts = (parts: object): readonly string[] => bundleIssues(bundle({ parts }));
const ofCustomer = (more: object): readonly string[] => ofParts({ reseller: part('ok', { ...customer, ...more }) });
const ofLink = (more: object): readonly string[] => ofParts({ billing: part('linked', { ...link, ...more }) });
const ofStripe = (more: object): readonly string[] => ofParts({ stripe: part('linked', null, more) });

describe('a bundle', () => {
  it.each<unknown>([null, 'zq7', 7, [], [bundle()]])('is an object, not %j', (content) => {
    expect(bundleIssues(content)).toStrictEqual([
      'must be an object with bundle, customerId, connectors, at and parts',
    ]);
  });

  it('has connectors and an instant', () => {
    const rule = `connectors must be a list, without repeats, of: ${CONNECTOR_NAMES.join(', ')}`;
    for (const connectors of [undefined, 'xero', ['zq7'], [7], ['xero', 'xero']])
      expect(bundleIssues(bundle({ connectors }))).toStrictEqual([rule]);
    for (const at of ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.1Z', '2026-03-01T12:00:00.123Z'])
      expect(bundleIssues(bundle({ at }))).toStrictEqual([]);
    for (const at of [7, '', '2026-03-01', '2026-03-01T12:00:00', '2026-03-01T12:00:00.1234Z', '+002026-03-01T12:00:00Z', '2026-03-01T12:00:00+00:00'])
      expect(bundleIssues(bundle({ at }))).toStrictEqual(['at must be an instant, ISO 8601 with Z']);
  }); // prettier-ignore

  it('is at most 32 deep', () => {
    const deep = (depth: number): object => bundle({ parts: {}, more: JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown }); // prettier-ignore
    expect(bundleIssues(deep(31))).toStrictEqual([]);
    expect(bundleIssues(deep(32))).toStrictEqual(['must be at most 32 deep, without __proto__']);
  });
});

describe('a part of a bundle', () => {
  it('has a state, five times, and perhaps a failure', () => {
    const states = `parts.stripe.state must be one of ${CONNECTOR_STATES.join(', ')} or a failure`;
    expect(ofStripe({})).toStrictEqual([]);
    expect(ofStripe({ state: 'timeout' })).toStrictEqual([]);
    expect(ofStripe({ state: 'zq7' })).toStrictEqual([states]);
    for (const name of Object.keys(times)) {
      const rule = `parts.stripe.${name} must be a time in epoch milliseconds`;
      for (const time of [0, 253_402_300_799_999]) expect(ofStripe({ [name]: time })).toStrictEqual([]);
      for (const time of [-1, 253_402_300_800_000, 1.5, '0', null])
        expect(ofStripe({ [name]: time })).toStrictEqual([rule]);
    }
    expect(ofStripe({ failure: { state: 'timeout', at: 0 } })).toStrictEqual([]);
    expect(ofStripe({ failure: { state: 'zq7', at: -1 } })).toStrictEqual([
      `parts.stripe.failure.state must be one of ${FAILURE_STATES.join(', ')}`,
      'parts.stripe.failure.at must be a time in epoch milliseconds',
    ]);
    for (const failure of [undefined, 'zq7', []])
      expect(ofStripe({ failure })).toStrictEqual(['parts.stripe.failure must be an object or null']);
  });

  it('of the reseller has a customer', () => {
    const at = 'parts.reseller.value';
    expect(ofCustomer({})).toStrictEqual([]);
    expect(ofCustomer({ companyName: 'x', phoneNumber: 'y' })).toStrictEqual([]);
    expect(ofCustomer({ customerId: null })).toStrictEqual([`${at}.customerId must be a text`]);
    for (const name of ['companyName', 'phoneNumber'])
      expect(ofCustomer({ [name]: 7 })).toStrictEqual([`${at}.${name} must be a text or null`]);
    expect(ofCustomer({ address: 7 })).toStrictEqual([`${at}.address must be an object or null`]);
    const address = {
      country: 'DK',
      region: null,
      city: null,
      addressLine1: null,
      addressLine2: null,
      postalCode: null,
    };
    expect(ofCustomer({ address })).toStrictEqual([]);
    expect(ofCustomer({ address: { ...address, city: 7 } })).toStrictEqual([
      `${at}.address.city must be a text or null`,
    ]);
    expect(ofCustomer({ account: { ...account, externalReferenceId: 7 } })).toStrictEqual([
      `${at}.account.externalReferenceId must be a text or null`,
    ]);
    const contact = { firstName: null, lastName: null, email: 'x', phoneNumber: null };
    expect(ofCustomer({ account: { ...account, contacts: [contact] } })).toStrictEqual([]);
    expect(ofCustomer({ account: { ...account, contacts: [contact, { ...contact, email: 7 }] } })).toStrictEqual([
      `${at}.account.contacts[1].email must be a text or null`,
    ]);
    for (const contacts of [undefined, 'zq7', [7]])
      expect(ofCustomer({ account: { ...account, contacts } })).toStrictEqual([
        `${at}.account.contacts must be a list of objects`,
      ]);
  });

  it('of the billing platform has a link', () => {
    const at = 'parts.billing.value';
    expect(ofLink({})).toStrictEqual([]);
    expect(ofLink({ externalId: 'x' })).toStrictEqual([]);
    expect(ofLink({ resolver: 7 })).toStrictEqual([`${at}.resolver must be a text`]);
    expect(ofLink({ externalId: 7 })).toStrictEqual([`${at}.externalId must be a text or null`]);
  });
});

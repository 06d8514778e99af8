import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BundleError, type MergeInput, readBundle, toBundle } from '../../src/explanations/bundle.ts';
import { mergeProfile } from '../../src/profile-merge/merge.ts';
import { type Profile } from '../../src/profile-merge/profile.schema.ts';
import { withProvenance } from '../../src/profile-merge/provenance.ts';
import { anyConnectors, anyParts, anyPolicy } from '../profile-merge/any-parts.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const anyInput: fc.Arbitrary<MergeInput> = fc.record({
  customerId: fc.constant('1005110001'),
  parts: anyParts,
  connectors: anyConnectors,
  now: fc.constant(NOW),
  policy: anyPolicy,
});

const merge = ({ customerId, parts, connectors, now, policy }: MergeInput): Profile =>
  withProvenance(mergeProfile(customerId, parts, connectors, now, policy), parts, connectors, now, policy);
const travel = (input: MergeInput, redacted: boolean): MergeInput =>
  readBundle(JSON.parse(JSON.stringify(toBundle(input, redacted))));

/** The record without its values. */
const outline = ({ conflicts, identity, sources, complete, provenance }: Profile): unknown => ({
  conflicts: conflicts.map((conflict) => ({ ...conflict, losers: conflict.losers.map(({ source }) => source) })),
  identity,
  sources,
  complete,
  provenance,
});

const bundle = (changes: object = {}): unknown => ({
  bundle: 1, customerId: '1005', connectors: ['stripe'], at: '2026-03-01T12:00:00.000Z', parts: {}, ...changes,
}); // prettier-ignore
const part = (changes: object): unknown => ({
  state: 'linked', value: null, fetchedAt: 0, checkedAt: 0, changedAt: 0, freshUntil: 0, staleUntil: 0, failure: null, ...changes,
}); // prettier-ignore
const account = { externalReferenceId: null, contacts: [] };
const customer = { customerId: '1005', companyName: null, phoneNumber: null, address: null, account };
const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;

function issuesOf(content: unknown): readonly string[] {
  try {
    readBundle(content);
    return [];
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return error.issues;
  }
}

describe('a bundle', () => {
  it('merges to the bytes it was made of, by the policy it was made with', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const again = travel(input, false);
        expect(JSON.stringify(merge(again))).toBe(JSON.stringify(merge(input)));
        expect(again.policy.version).toBe(input.policy.version);
      }),
    );
  });

  it('that is redacted has the same conflicts, rules, provenance and identity', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(outline(merge(travel(input, true)))).toStrictEqual(outline(merge(input)));
      }),
      { numRuns: 500 },
    );
  });

  it('that is redacted has a domain below another still below it', () => {
    const contacts = [{ firstName: null, lastName: null, email: 'x@one.example', phoneNumber: null }];
    const value = { ...customer, account: { ...account, contacts } };
    const stripe = { referenceId: null, customerName: null, email: 'y@mail.one.example' };
    const parts = { reseller: part({ state: 'ok', value }), stripe: part({ value: stripe }) };
    const input = readBundle(bundle({ parts }));
    expect(merge(input).identity.verdict).toBe('consistent');
    expect(merge(travel(input, true)).identity.verdict).toBe('consistent');
  });

  it('that is redacted holds no value of a source', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const text = JSON.stringify(Object.values(toBundle(input, true).parts).map(({ value }) => value));
        for (const value of ['Fairmont', 'FAIRMONT', 'Acme', 'Кедр', 'one.example', 'two.example', 'xn--bcher', '555', '342', 'cus_1', 'HVD', '10412', 'AGR'])
          expect(text).not.toContain(value);
      }),
    ); // prettier-ignore
  });

  it.each([
    ['a list', [], 'must be an object'],
    ['another version', bundle({ bundle: 2 }), 'bundle must be 1'],
    ['no customer', bundle({ customerId: 7 }), 'customerId must be a text'],
    ['an unknown connector', bundle({ connectors: ['zq7'] }), 'connectors must be a list'],
    ['a connector twice', bundle({ connectors: ['xero', 'xero'] }), 'connectors must be a list'],
    ['a time without a zone', bundle({ at: '2026-03-01T12:00:00' }), 'at must be an instant'],
    ['a day that is none', bundle({ at: '2026-02-31T99:00:00Z' }), 'at must be an instant'],
    ['a wrong policy', bundle({ policy: { version: 'zq7 zq7' } }), 'policy: version must be'],
    ['no parts', bundle({ parts: null }), 'parts must be an object'],
    ['an unknown source', bundle({ parts: { zq7: part({}) } }), 'parts has an unknown source'],
    ['a part that is none', bundle({ parts: { stripe: 'zq7' } }), 'parts.stripe must be an object'],
    ['another state', bundle({ parts: { stripe: part({ state: 'zq7' }) } }), 'parts.stripe.state must be one of'],
    ['another source’s state', bundle({ parts: { reseller: part({}) } }), 'parts.reseller.state must be one of'],
    ['no time', bundle({ parts: { stripe: part({ fetchedAt: null }) } }), 'parts.stripe.fetchedAt must be a time'],
    ['a time beyond time', bundle({ parts: { stripe: part({ checkedAt: 9e15 }) } }), 'parts.stripe.checkedAt must be'],
    ['half a failure', bundle({ parts: { stripe: part({ failure: {} }) } }), 'parts.stripe.failure.state must be one of'],
    ['a value that is none', bundle({ parts: { stripe: part({ value: 'zq7' }) } }), 'parts.stripe.value must be an object or null'],
    ['a value with a number', bundle({ parts: { stripe: part({ value: { referenceId: null, customerName: 7, email: null } }) } }), 'parts.stripe.value.customerName must be a text or null'],
    ['a link without its end', bundle({ parts: { billing: part({ value: {} }) } }), 'parts.billing.value.billingCustomerId must be a text'],
    ['a customer without account', bundle({ parts: { reseller: part({ state: 'ok', value: { ...customer, account: 1 } }) } }), 'parts.reseller.value.account must be an object'],
    ['a contact that is none', bundle({ parts: { reseller: part({ state: 'ok', value: { ...customer, account: { ...account, contacts: ['zq7'] } } }) } }), 'parts.reseller.value.account.contacts must be a list'],
    ['__proto__', bundle({ parts: JSON.parse('{"__proto__": {}}') as unknown }), 'must be at most 32 deep, without __proto__'],
    ['5,000 lists', bundle({ parts: deep }), 'must be at most 32 deep, without __proto__'],
  ])('with %s is refused, without a value in the reason', (_case, content, issue) => {
    const issues = issuesOf(content);
    expect(issues).toContainEqual(expect.stringContaining(issue));
    expect(issues.join()).not.toContain('zq7');
  }); // prettier-ignore

  it('without a policy is merged by the default one', () => {
    expect(issuesOf(bundle())).toEqual([]);
    expect(readBundle(bundle({ parts: { reseller: part({ state: 'ok', value: customer }) } })).now).toBe(NOW);
  });
});

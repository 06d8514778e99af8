import fc from 'fast-check';
import { CONNECTOR_NAMES, type ConnectorName } from '../../src/config/connector-names.ts';
import {
  DEFAULT_POLICY,
  mergePolicy,
  POLICY_SOURCES,
  policyContent,
} from '../../src/config/merge-policy/merge-policy.ts';
import { type SourceName } from '../../src/config/source-names.ts';
import { type Part } from '../../src/profile-cache/part.ts';
import { type ProfileParts } from '../../src/profile-merge/profile-parts.ts';
import { readCustomer } from '../../src/reseller-customers/reseller-customer.wire.ts';
import { FAILURE_STATES } from '../../src/upstream/upstream-error.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 3 });
/** Few and similar, so that agreement, near agreement and conflict all occur; some are names of what objects inherit. */
const name = fc.constantFrom(
  'Fairmont', ' FAIRMONT ', 'Fairmont (AGR-1)', 'Fairmont Inc.', 'Fairmont GmbH', '株式会社Fairmont', 'Acme', 'Acme & Co, Ltd', '__proto__',
  'Fairmont (HRB 10412)', 'Fairmont (HRB 10413) GmbH', 'Fairmont (AGR-1) (HRB 10412)', 'AS Fairmont', 'AS Fairmont S.p.A.', 'Oy Fairmont Ab', '«Fairmont»™',
  'constructor', 'Кедр', 'ООО «Кедр»', '', '\u200b', '\u3164 ', '®',
); // prettier-ignore
const email = fc.constantFrom(
  'a@one.example', 'A@One.example', 'b@mail.one.example', 'b@two.example', 'a@gmail.com', 'b@yahoo.co.jp', 'a@bücher.example',
  'a@xn--bcher-kva.example', 'not an address', '@', '__proto__', '', '\u200b',
  'Ann <a@one.example>', 'b@two.example; a@one.example', 'a@one.example.invalid', 'a@pec.it', 'a@[192.0.2.1]', 'a@one..example', 'a@shared.one.example',
); // prettier-ignore
const phoneNumber = fc.constantFrom('+1 503 555 0115', '001-503-555-0115', '503.555.0115', 'ext', '', '---');
const referenceId = fc.constantFrom('342', 'cus_1', '1005110001', '__proto__');
const epochMs = fc.integer({ min: 0, max: 4_000_000_000_000 });
const failureState = fc.constantFrom(...FAILURE_STATES);
const failure = fc.record({
  state: failureState,
  status: maybe(fc.integer({ min: 400, max: 599 })),
  at: epochMs,
  attempts: fc.integer({ min: 1, max: 99 }),
  retryAt: epochMs,
});

/** A definite part with a value, a definite one without, or a bare failure. */
function part<Value>(definite: readonly string[], value: fc.Arbitrary<Value>): fc.Arbitrary<Part<never, Value>> {
  const times = {
    fetchedAt: epochMs,
    checkedAt: epochMs,
    changedAt: epochMs,
    freshUntil: epochMs,
    staleUntil: epochMs,
  };
  const state = fc.constantFrom(...definite);
  const made = fc.oneof(
    { weight: 6, arbitrary: fc.record({ state, value, ...times, failure: maybe(failure) }) },
    { weight: 1, arbitrary: fc.record({ state, value: fc.constant(null), ...times, failure: maybe(failure) }) },
    { weight: 1, arbitrary: fc.record({ state: failureState, value: fc.constant(null), ...times, failure }) },
  );
  return made as fc.Arbitrary<Part<never, Value>>;
}

const customer = fc
  .record({
    companyName: maybe(name),
    contacts: maybe(fc.array(fc.record({ email: maybe(email), phoneNumber: maybe(phoneNumber) }), { maxLength: 3 })),
    address: maybe(fc.dictionary(fc.constantFrom('country', 'city', 'phoneNumber', 'postalCode'), fc.string())),
  })
  .chain((companyProfile) =>
    maybe(referenceId).map((externalReferenceId) =>
      readCustomer({ customerId: '1005110001', externalReferenceId, companyProfile, tags: ['HVD'] }),
    ),
  );

const reference = fc.record({ referenceId: maybe(referenceId), customerName: maybe(name), email: maybe(email) });
const link = fc.record(
  {
    billingCustomerId: fc.uuid(),
    resolver: fc.constantFrom('request', 'link-store', 'billing-external-id'),
    externalId: referenceId,
  },
  { requiredKeys: ['billingCustomerId', 'resolver'] },
);

/** Whatever sources can have contributed, any of them absent. */
export const anyParts = fc
  .record(
    {
      reseller: part(['ok', 'customer_unknown'], customer),
      billing: part(['linked', 'unlinked'], link),
      ...(Object.fromEntries(
        CONNECTOR_NAMES.map((connector) => [
          connector,
          part(['linked', 'linked_no_reference', 'not_linked', 'integration_removed', 'customer_unknown'], reference),
        ]),
      ) as Record<ConnectorName, ReturnType<typeof part>>),
    } satisfies Record<SourceName, ReturnType<typeof part>>,
    { requiredKeys: [] },
  )
  .map((parts) => parts as ProfileParts);

const sources = fc.shuffledSubarray([...POLICY_SOURCES], { minLength: 1 }).map((order) => ({ sources: order }));
const separate = fc
  .record({ name: sources, email: sources, phoneNumber: sources, address: sources })
  .map((fields) => ({ version: 'any', fields, groups: [] }));
const together = sources.map((order) => ({
  version: 'any',
  fields: { name: order, email: order, phoneNumber: order, address: order },
  groups: [
    ['email', 'name'],
    ['phoneNumber', 'address'],
  ] as const,
}));

const ordered = fc.oneof(fc.constant(DEFAULT_POLICY), separate.map(mergePolicy), together.map(mergePolicy));

/** Any order of sources for each field; with groups, or without; some with a shared domain of the operator's. */
export const anyPolicy = fc
  .tuple(ordered, fc.constantFrom([], ['one.example']))
  .map(([policy, sharedDomains]) => mergePolicy({ ...policyContent(policy), sharedDomains }));

/** Connectors as a query names them: any of them, none twice, in any order. */
export const anyConnectors = fc.shuffledSubarray([...CONNECTOR_NAMES]);

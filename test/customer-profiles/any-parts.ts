import fc from 'fast-check';
import { CONNECTOR_NAMES, type ConnectorName } from '../../src/config/connector-names.ts';
import { type ProfileParts } from '../../src/customer-profiles/profile-parts.ts';
import { type Part } from '../../src/profile-cache/part.ts';
import { readCustomer } from '../../src/reseller-customers/reseller-customer.wire.ts';
import { FAILURE_STATES } from '../../src/upstream/upstream.error.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 3 });
/** Few and similar, so that agreement, near agreement and conflict all occur; some are names of what objects inherit. */
const name = fc.constantFrom('Fairmont', ' FAIRMONT ', 'Fairmont (AGR-1)', 'Acme', '__proto__', 'constructor', 'Кедр');
const email = fc.constantFrom('a@one.example', 'A@One.example', 'b@two.example', 'not an address', '@', '__proto__');
const epochMs = fc.integer({ min: 0, max: 4_000_000_000_000 });
const failureState = fc.constantFrom(...FAILURE_STATES);
const failure = fc.record({
  state: failureState,
  status: maybe(fc.integer({ min: 400, max: 599 })),
  at: epochMs,
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
  const made = fc.oneof(
    fc.record({ state: fc.constantFrom(...definite), value, ...times, failure: maybe(failure) }),
    fc.record({ state: fc.constantFrom(...definite), value: fc.constant(null), ...times, failure: maybe(failure) }),
    fc.record({ state: failureState, value: fc.constant(null), ...times, failure }),
  );
  return made as fc.Arbitrary<Part<never, Value>>;
}

const customer = fc
  .record({
    companyName: maybe(name),
    contacts: maybe(fc.array(fc.record({ email: maybe(email), phoneNumber: maybe(fc.string()) }), { maxLength: 3 })),
    address: maybe(fc.dictionary(fc.constantFrom('country', 'city', 'phoneNumber', 'postalCode'), fc.string())),
  })
  .map((companyProfile) => readCustomer({ customerId: '1005110001', companyProfile }));

const reference = fc.record({ referenceId: maybe(fc.string()), customerName: maybe(name), email: maybe(email) });
const link = fc.record({ billingCustomerId: fc.uuid(), resolver: fc.constantFrom('request', 'link-store') });

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
    },
    { requiredKeys: [] },
  )
  .map((parts) => parts as ProfileParts);

/** Connectors as a query names them: any of them, none twice, in any order. */
export const anyConnectors = fc.shuffledSubarray([...CONNECTOR_NAMES]);

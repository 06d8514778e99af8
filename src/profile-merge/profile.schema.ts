import Type from 'typebox';
import { CATEGORIES, CONNECTOR_STATES } from '../billing-connectors/connector.ts';
import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { LINK_RESOLVER_NAMES } from '../config/link-resolver-names.ts';
import { SOURCE_NAMES } from '../config/source-names.ts';
import {
  array,
  enumeration,
  flag,
  instant,
  maybeInstant,
  maybeText,
  object,
  orNull,
  type ReadonlyStatic,
  text,
} from '../openapi/json-schema.ts';
import { PostalAddress, ResellerAccount } from '../reseller-customers/reseller-account.schema.ts';
import { FAILURE_STATES } from '../upstream/upstream-error.ts';
import { Conflicts, Identity, Provenance } from './merge.schema.ts';

/** A connector; the three values are there in the states `linked` and `linked_no_reference`. */
const ProfileConnector = object({
  name: enumeration(CONNECTOR_NAMES),
  category: enumeration(CATEGORIES),
  state: enumeration([...CONNECTOR_STATES, ...FAILURE_STATES]),
  referenceId: Type.Optional(maybeText),
  customerName: Type.Optional(maybeText),
  email: Type.Optional(maybeText),
});
export type ProfileConnector = ReadonlyStatic<typeof ProfileConnector>;

const DEFINITE_STATES = ['ok', ...CONNECTOR_STATES, 'unlinked'] as const;

const ProfileSource = object({
  source: enumeration(SOURCE_NAMES),
  state: enumeration([...DEFINITE_STATES, ...FAILURE_STATES], {
    description: `Definite: ${DEFINITE_STATES.join(', ')}. Not definite: the others.`,
  }),
  fetchedAt: { ...maybeInstant, description: 'null when there is no definite answer.' },
  stale: {
    ...flag,
    description: 'Whether it is no longer fresh: the last attempt failed, or a refresh is in progress.',
  },
  lastAttempt: Type.Optional(
    object(
      { state: enumeration(FAILURE_STATES), at: instant },
      { description: 'The failed attempt after a stale answer, if there was one.' },
    ),
  ),
  resolver: Type.Optional(
    enumeration(LINK_RESOLVER_NAMES, {
      description: 'Only for billing: the resolver that found the link.',
    }),
  ),
  ambiguous: Type.Optional(
    Type.Literal(true, {
      description:
        'Only for billing: there is no link, because several billing customers have this customer’s id as their external_id.',
    }),
  ),
});
export type ProfileSource = ReadonlyStatic<typeof ProfileSource>;

/** The merged record, as it is cached and served. `null`: unknown. `[]`: none. */
export const Profile = object({
  customerId: text,
  billingCustomerId: { ...orNull(Type.String({ format: 'uuid' })), description: 'null when no link is known.' },
  name: maybeText,
  email: maybeText,
  phoneNumber: maybeText,
  address: orNull(PostalAddress),
  account: orNull(ResellerAccount),
  connectors: {
    ...orNull(array(ProfileConnector)),
    description: 'null: the service could not find out the link. []: no billing customer is linked.',
  },
  conflicts: Conflicts,
  identity: Identity,
  sources: array(ProfileSource),
  complete: { ...flag, description: 'Whether every called source gave a definite answer, fresh or stale.' },
  /** There only with `view=provenance`. */
  provenance: Type.Optional(Provenance),
});
export type Profile = ReadonlyStatic<typeof Profile>;

/** The names in the fields that are objects. */
export const INNER_FIELDS = {
  account: Object.keys(ResellerAccount.properties),
  address: Object.keys(PostalAddress.properties),
};

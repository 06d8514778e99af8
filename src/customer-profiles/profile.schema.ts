import { CONNECTOR_CATEGORIES } from '../billing-connectors/connector.ts';
import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { FAILURE_STATES } from '../upstream/upstream-error.ts';
import {
  array,
  flag,
  instant,
  maybeDate,
  maybeInstant,
  maybeText,
  object,
  orNull,
  text,
} from '../openapi/json-schema.ts';
import { conflicts, identity, provenance } from '../profile-merge/merge.schema.ts';

const address = object({
  country: maybeText, region: maybeText, city: maybeText, addressLine1: maybeText, addressLine2: maybeText, postalCode: maybeText,
}); // prettier-ignore

const commitment = orNull(
  object({
    startDate: maybeDate,
    endDate: maybeDate,
    status: maybeText,
    minimumQuantities: array(object({ offerType: maybeText, quantity: { type: ['number', 'null'] } })),
  }),
);

const account = object({
  externalReferenceId: maybeText,
  resellerId: maybeText,
  status: orNull(
    object({ code: text, label: { ...maybeText, description: 'null for a code that is not documented.' } }),
  ),
  globalSalesEnabled: { type: ['boolean', 'null'] },
  preferredLanguage: maybeText,
  marketSegment: maybeText,
  marketSubSegments: array(text),
  contacts: array(object({ firstName: maybeText, lastName: maybeText, email: maybeText, phoneNumber: maybeText })),
  discounts: array(object({ offerType: maybeText, level: maybeText, discountCode: maybeText })),
  benefits: array(
    object({
      type: text,
      status: maybeText,
      commitment,
      commitmentRequest: commitment,
      recommitmentRequest: commitment,
    }),
  ),
  largeGovernmentAgency: flag,
  linkedMembership: orNull(
    object({
      id: maybeText,
      name: maybeText,
      type: maybeText,
      linkedMembershipType: maybeText,
      createdAt: maybeInstant,
      country: maybeText,
      benefitTypes: array(text),
    }),
  ),
  tags: array(text),
  cotermDate: { ...maybeDate, description: 'null before the first order.' },
  createdAt: maybeInstant,
});

const connectorName = { type: 'string', enum: [...CONNECTOR_NAMES] };
const sourceName = { type: 'string', enum: ['reseller', 'billing', ...CONNECTOR_NAMES] };
const failureState = { type: 'string', enum: [...FAILURE_STATES] };

const connector = object(
  {
    name: connectorName,
    category: { type: 'string', enum: [...new Set(Object.values(CONNECTOR_CATEGORIES))] },
    state: {
      type: 'string',
      enum: [
        'linked',
        'linked_no_reference',
        'not_linked',
        'integration_removed',
        'customer_unknown',
        ...FAILURE_STATES,
      ],
    },
    referenceId: maybeText,
    customerName: maybeText,
    email: maybeText,
  },
  ['referenceId', 'customerName', 'email'],
);

const source = object(
  {
    source: sourceName,
    state: {
      type: 'string',
      description:
        'Definite: ok, linked, linked_no_reference, not_linked, integration_removed, customer_unknown, unlinked. Not definite: the others.',
      enum: [
        'ok',
        'linked',
        'linked_no_reference',
        'not_linked',
        'integration_removed',
        'customer_unknown',
        'unlinked',
        ...FAILURE_STATES,
      ],
    },
    fetchedAt: { ...maybeInstant, description: 'null when there is no definite answer.' },
    stale: { ...flag, description: 'Past its time: the last attempt failed, or a refresh is under way.' },
    lastAttempt: {
      ...object({ state: failureState, at: instant }),
      description: 'The failed attempt beside a stale answer, if there was one.',
    },
    resolver: {
      type: 'string',
      enum: ['request', 'link-store', 'billing-external-id'],
      description: 'Of billing alone: who said which billing customer this is.',
    },
    ambiguous: {
      const: true,
      description:
        'Of billing alone: no link is known, as several billing customers have this customer’s id as their external_id.',
    },
  },
  ['lastAttempt', 'resolver', 'ambiguous'],
);

const connectors = {
  ...orNull(array(connector)),
  description: 'null: could not be asked for. []: no billing customer is linked.',
};
const complete = { ...flag, description: 'Every source asked gave a definite answer, fresh or stale.' };
const billingCustomerId = { type: ['string', 'null'], format: 'uuid', description: 'null when no link is known.' };

const profileProperties = {
  customerId: text,
  billingCustomerId,
  name: maybeText,
  email: maybeText,
  phoneNumber: maybeText,
  address: orNull(address),
  account: orNull(account),
  connectors,
  conflicts,
  identity,
  sources: array(source),
  complete,
  provenance,
};

/** For OpenAPI. With `fields`, only some properties of a profile are there. */
export const PROFILE_SCHEMAS = {
  Profile: object(
    profileProperties,
    Object.keys(profileProperties).filter((name) => name !== 'customerId' && name !== 'complete'),
  ),
  CustomerConnectors: object({ customerId: text, billingCustomerId, connectors, sources: array(source), complete }),
  ConnectorDetails: object({
    connector_name: connectorName,
    reference_id: maybeText,
    customer_name: maybeText,
    email: maybeText,
  }),
} as const;

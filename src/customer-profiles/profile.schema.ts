import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { enumeration, maybeText, object, type ReadonlyStatic, text } from '../openapi/json-schema.ts';
import { Profile } from '../profile-merge/profile.schema.ts';

const { customerId, billingCustomerId, connectors, sources, complete } = Profile.properties;

/** Only the connector references. */
const CustomerConnectors = object({ customerId, billingCustomerId, connectors, sources, complete });
export type CustomerConnectors = ReadonlyStatic<typeof CustomerConnectors>;

/** One connector's reference in the billing platform's own response schema, so that its route can stand in for it. */
const ConnectorDetails = object({
  connector_name: enumeration(CONNECTOR_NAMES),
  reference_id: maybeText,
  customer_name: { ...text, description: 'Empty when the connector has none.' },
  email: maybeText,
});
export type ConnectorDetails = ReadonlyStatic<typeof ConnectorDetails>;

const { address, account, provenance } = Profile.properties;

/** For OpenAPI. With `fields`, only some properties of a profile, of its account and of its address are there. */
export const PROFILE_SCHEMAS = {
  Profile,
  ProfileFields: {
    ...Profile,
    description: 'The fields of a profile that the parameter fields names.',
    required: ['customerId', 'complete'],
    properties: {
      ...Profile.properties,
      address: { ...address, required: [] },
      account: { ...account, required: [] },
      provenance: { ...provenance, required: [] },
    },
  },
  CustomerConnectors,
  ConnectorDetails,
};

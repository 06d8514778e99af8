import { type ConnectorName } from '../../config/connector-names.ts';
import { connectorsOf } from '../../config/source-names.ts';
import { assertNoDocumentedFailure, connectorDetails } from '../connector-details.ts';
import { mergeProfile } from '../../profile-merge/merge.ts';
import { selectFields } from './profile-fields.ts';
import { type CustomerConnectors } from '../profile.schema.ts';
import { type ProfileView } from '../request/profile-query.ts';
import { withProvenance } from '../../profile-merge/provenance.ts';

/** The whole record. */
export const FULL_RECORD: ProfileView = {
  isFullRecord: true,
  render: ({ customerId, sources }, parts, now, policy) =>
    mergeProfile(customerId, parts, connectorsOf(sources), now, policy),
};

/**
 * The record as far as it was asked for.
 * @param fields null: all of them
 * @param isExplained with the provenance of the merged fields
 */
export function projection(fields: readonly string[] | null, isExplained: boolean): ProfileView {
  return {
    isFullRecord: false,
    render: ({ customerId, sources }, parts, now, policy) => {
      const connectors = connectorsOf(sources);
      const merged = mergeProfile(customerId, parts, connectors, now, policy);
      const profile = isExplained ? withProvenance(merged, parts, connectors, now, policy) : merged;
      return fields ? selectFields(profile, fields) : profile;
    },
  };
}

/** The connector references alone. */
export const CONNECTOR_REFERENCES: ProfileView = {
  isFullRecord: false,
  render: (query, parts, now, policy) => {
    const profile = mergeProfile(query.customerId, parts, connectorsOf(query.sources), now, policy);
    const { customerId, billingCustomerId, connectors, sources, complete } = profile;
    return { customerId, billingCustomerId, connectors, sources, complete } satisfies CustomerConnectors;
  },
};

/** One connector's reference, in the billing platform's own schema. */
export function oneConnector(name: ConnectorName): ProfileView {
  return {
    isFullRecord: false,
    assertAnswerable: (parts) => {
      assertNoDocumentedFailure(name, parts);
    },
    render: (_query, parts) => connectorDetails(name, parts),
  };
}

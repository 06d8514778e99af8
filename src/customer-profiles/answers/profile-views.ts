import { type ConnectorName } from '../../config/connector-names.ts';
import { connectorsOf } from '../../config/source-names.ts';
import { mergeProfile } from '../../profile-merge/merge.ts';
import { type Profile } from '../../profile-merge/profile.schema.ts';
import { withProvenance } from '../../profile-merge/provenance.ts';
import { assertNoDocumentedFailure, connectorDetails } from '../connector-details.ts';
import { type CustomerConnectors } from '../profile.schema.ts';
import { type ProfileRenderer, type ProfileView } from '../request/profile-query.ts';
import { selectFields } from './profile-fields.ts';

/** The merged record of a read's sources. */
const merged: ProfileRenderer<Profile> = ({ customerId, sources }, parts, now, policy) =>
  mergeProfile(customerId, parts, connectorsOf(sources), now, policy);

/** The whole record. */
export const FULL_RECORD: ProfileView = { isFullRecord: true, render: merged };

/**
 * A part of the record.
 * @param fields null: all of them
 * @param isExplained whether to add the provenance of the merged fields
 */
export function projection(fields: readonly string[] | null, isExplained: boolean): ProfileView {
  return {
    isFullRecord: false,
    render: (query, parts, now, policy) => {
      const record = merged(query, parts, now, policy);
      const profile = isExplained ? withProvenance(record, parts, connectorsOf(query.sources), now, policy) : record;
      return fields ? selectFields(profile, fields) : profile;
    },
  };
}

/** The connector references alone. */
export const CONNECTOR_REFERENCES: ProfileView = {
  isFullRecord: false,
  render: (query, parts, now, policy) => {
    const { customerId, billingCustomerId, connectors, sources, complete } = merged(query, parts, now, policy);
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

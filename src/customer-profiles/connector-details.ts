import { type ConnectorName } from '../config/connector-names.ts';
import { Problem, type ProblemCode } from '../problems/problem.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type ConnectorDetails } from './profile.schema.ts';

/** The failures that the billing platform documents, by its status. */
const DOCUMENTED_FAILURES: ReadonlyMap<number | null, readonly [code: ProblemCode, detail: string]> = new Map([
  [
    400,
    ['billing_request_failed', 'The billing platform could not process the request. That may be temporary: try again.'],
  ],
  [422, ['billing_customer_id_invalid', 'The billing platform says that the billing customer’s id is not a UUID.']],
  [500, ['billing_platform_failed', 'The billing platform failed to retrieve the details. Try again.']],
]);

/** @throws Problem with the billing platform's own status, when the connector failed as the platform documents */
export function assertNoDocumentedFailure(name: ConnectorName, parts: ProfileParts): void {
  const part = parts[name];
  const failure = part?.state === 'upstream_error' ? DOCUMENTED_FAILURES.get(part.failure?.status ?? null) : undefined;
  if (failure) throw new Problem(...failure, { source: name, state: 'upstream_error' });
}

/** @throws Problem with the status that the billing platform documents */
export function connectorDetails(name: ConnectorName, parts: ProfileParts): ConnectorDetails {
  const part = parts[name];
  if (!part || !parts.billing?.value)
    throw new Problem(
      'link_not_found',
      'No billing customer is known for this customer. Name one with billingCustomerId, or PUT a link.',
      { source: 'billing' },
    );
  if (part.value)
    return {
      connector_name: name,
      reference_id: part.value.referenceId,
      // Documented as a text that is always there; the platform writes an empty one for none.
      customer_name: part.value.customerName ?? '',
      email: part.value.email,
    };
  switch (part.state) {
    case 'customer_unknown':
      throw new Problem('billing_customer_not_found', 'The billing platform does not know the linked customer.', {
        source: name,
      });
    case 'integration_removed':
      throw new Problem('integration_removed', 'The customer’s counterpart was deleted in the connected system.', {
        source: name,
      });
    default:
      throw new Problem('connector_not_linked', `The customer is not linked to ${name}.`, { source: name });
  }
}

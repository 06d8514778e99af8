import { type ConnectorName } from '../config/connector-names.ts';
import { Problem } from '../problems/problem.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type ConnectorDetails } from './profile.schema.ts';

/**
 * @throws Problem with the status the billing platform documents, its `error_code` and its `message`
 */
export function connectorDetails(name: ConnectorName, parts: ProfileParts): ConnectorDetails {
  const part = parts[name];
  if (!part || !parts.billing?.value)
    throw new Problem(
      'link_not_found',
      'No billing customer is known for this customer. Name one with billingCustomerId, or PUT a link.',
      {
        source: 'billing',
        extensions: { error_code: 'NOT_FOUND', message: 'Customer not found' },
      },
    );
  if (part.value)
    return {
      connector_name: name,
      reference_id: part.value.referenceId,
      customer_name: part.value.customerName,
      email: part.value.email,
    };
  switch (part.state) {
    case 'customer_unknown':
      throw new Problem(
        'billing_customer_not_found',
        'The billing platform does not know the customer that is linked.',
        {
          source: name,
          extensions: { error_code: 'NOT_FOUND', message: 'Customer not found' },
        },
      );
    case 'integration_removed':
      throw new Problem('integration_removed', 'The customer’s counterpart was deleted in the connected system.', {
        source: name,
        extensions: { error_code: 'BAD_REQUEST', message: 'The requested integration is no longer available.' },
      });
    default:
      throw new Problem('connector_not_linked', `The customer is not linked to ${name}.`, {
        source: name,
        extensions: { error_code: 'BAD_REQUEST', message: `No integration found for connector '${name}'.` },
      });
  }
}

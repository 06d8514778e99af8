import { type Documented, type DocumentedObject, type DriftFinding, findDrift } from '../upstream/drift/find-drift.ts';
import { type UpstreamAnswer } from '../upstream/upstream-call.ts';

/** @see the billing connectors API: a customer; its inner objects are not used here */
const CUSTOMERS: Documented = {
  list: {
    fields: {
      id: 'string',
      external_id: 'string',
      customer_name: 'string',
      email: 'string',
      phone_number: 'string',
      address: 'anything',
      custom_attributes: 'anything',
      custom_data: 'anything',
      created_at: 'string',
      updated_at: 'string',
    },
  },
};

const LIST: DocumentedObject = {
  fields: { data: CUSTOMERS, results: CUSTOMERS, next: 'string', previous: 'string', total_count: 'number' },
};

/** The drift of a list of customers. */
export function customerListDrift({ status, body }: UpstreamAnswer): readonly DriftFinding[] {
  return status < 300 ? findDrift(body, LIST) : [];
}

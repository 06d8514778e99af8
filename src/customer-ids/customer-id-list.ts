import { type InputCheck } from '../problems/input-check.ts';
import { CUSTOMER_ID, CUSTOMER_ID_RULE } from './customer-ids.ts';

/**
 * The ids of the member `customerIds` of a body, in their order, with repeats. It reports each wrong one by its index.
 * @param max how many ids there may be
 * @returns the valid ones
 */
export function checkCustomerIds(sent: unknown, max: number, check: InputCheck): readonly string[] {
  if (!Array.isArray(sent) || sent.length === 0 || sent.length > max) {
    check.report({ in: 'body', name: 'customerIds', detail: `must be a list of 1 to ${max} ids` });
    return [];
  }
  return sent.filter((id: unknown, index): id is string => {
    const isId = typeof id === 'string' && CUSTOMER_ID.test(id);
    if (!isId) check.report({ in: 'body', name: `customerIds[${index}]`, detail: CUSTOMER_ID_RULE });
    return isId;
  });
}

import Type from 'typebox';
import { uuid } from '../openapi/json-schema.ts';
import { BILLING_CUSTOMER_ID, CUSTOMER_ID } from './customer-ids.ts';

export const customerId = Type.String({
  pattern: CUSTOMER_ID.source,
  minLength: 4,
  maxLength: 40,
  examples: ['9876543210'],
});

/** A billing customer's id, as a request gives it. */
export const billingCustomerId = { ...uuid, pattern: BILLING_CUSTOMER_ID.source };

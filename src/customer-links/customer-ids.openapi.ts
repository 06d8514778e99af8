import { ApiParam } from '@nestjs/swagger';
import Type from 'typebox';
import { optionalQuery } from '../openapi/parameters.ts';
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

/** The path parameter `customerId`. */
export const ApiCustomerId = (): MethodDecorator & ClassDecorator =>
  ApiParam({
    name: 'customerId',
    description: 'The customer’s id at the reseller customers API: 4 to 40 letters, digits or hyphens.',
    schema: { ...customerId },
  });

/** The query parameter `billingCustomerId`. */
export const ApiBillingCustomerId = (description: string): MethodDecorator =>
  optionalQuery('billingCustomerId', `${description} Not the nil or max UUID.`, billingCustomerId);

import { ApiParam } from '@nestjs/swagger';
import { optionalQuery } from '../openapi/parameters.ts';
import { billingCustomerId, customerId } from './customer-ids.schema.ts';

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

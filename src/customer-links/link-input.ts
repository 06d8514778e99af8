import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/** @see the reseller customers API: ids are not always numbers */
export const CUSTOMER_ID = /^[\p{L}\d-]{4,40}$/u;
/** A UUID other than the nil and the max one. */
export const BILLING_CUSTOMER_ID =
  /^(?!0{8}-(?:0{4}-){3}0{12}$)(?!f{8}-(?:f{4}-){3}f{12}$)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
export const BILLING_CUSTOMER_ID_RULE = 'must be a UUID (8-4-4-4-12 hexadecimal digits), not the nil or max one';

export class CustomerPath {
  @Matches(CUSTOMER_ID, { message: 'must be 4 to 40 letters, digits or hyphens' })
  customerId = '';
}

export class LinkBody {
  @ApiProperty({
    format: 'uuid',
    example: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    description: 'The customer at the billing platform.',
  })
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId = '';
}

import { Matches } from 'class-validator';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE } from '../customer-ids/customer-ids.ts';

export class LinkBody {
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId = '';
}

import { Matches } from 'class-validator';
import { CUSTOMER_ID, CUSTOMER_ID_RULE } from './customer-ids.ts';

export class CustomerPath {
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_RULE })
  customerId = '';
}

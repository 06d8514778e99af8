import { IsIn, IsOptional, Matches } from 'class-validator';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE } from '../customer-ids/customer-ids.ts';

export class ExplanationParameters {
  @IsOptional()
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId: string | undefined = undefined;

  @IsIn(['true', 'false'], { message: 'must be true or false' })
  bundle = 'false';

  @IsIn(['true', 'false'], { message: 'must be true or false' })
  values = 'false';
}

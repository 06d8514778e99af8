import { IsOptional, Matches } from 'class-validator';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE } from '../customer-ids/customer-ids.ts';

const REFERENCE = /^(?=.*\S).{1,255}$/su;
const REFERENCE_RULE = 'must be 1 to 255 characters, not spaces alone';

export class LookupQuery {
  @IsOptional()
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId: string | undefined = undefined;

  connector: unknown = undefined;

  @IsOptional()
  @Matches(REFERENCE, { message: REFERENCE_RULE })
  referenceId: string | undefined = undefined;

  @IsOptional()
  @Matches(REFERENCE, { message: REFERENCE_RULE })
  externalReferenceId: string | undefined = undefined;
}

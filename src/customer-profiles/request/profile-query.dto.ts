import { Equals, IsIn, IsOptional, Matches } from 'class-validator';
import { CONNECTOR_NAMES } from '../../config/connector-names.ts';
import { SOURCE_NAMES, type SourceName } from '../../config/source-names.ts';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE } from '../../customer-ids/customer-ids.ts';
import { FIELD_RULE, FIELDS } from '../answers/profile-fields.ts';

/** Maximum number of names in a list of connectors or sources. */
export const MAX_NAMES = 32;
const listOf = (names: readonly string[]): RegExp =>
  new RegExp(`^(?:${names.join('|')})(?:,(?:${names.join('|')})){0,${MAX_NAMES - 1}}$`);
export const CONNECTOR_LIST = listOf(CONNECTOR_NAMES);
export const SOURCE_LIST = listOf(SOURCE_NAMES);
const MILLISECONDS = /^[1-9]\d{0,5}$/;
const MILLISECONDS_RULE = 'must be whole milliseconds from 1 to 999999';

export class BillingCustomerQuery {
  @IsOptional()
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId: string | undefined = undefined;

  @IsOptional()
  @Matches(MILLISECONDS, { message: MILLISECONDS_RULE })
  budgetMs: string | undefined = undefined;
}

export class ConnectorsQuery extends BillingCustomerQuery {
  @IsOptional()
  @Matches(CONNECTOR_LIST, { message: `must be a comma-separated list of: ${CONNECTOR_NAMES.join(', ')}` })
  connectors: string | undefined = undefined;
}

export class ProfileQueryParameters extends ConnectorsQuery {
  @IsOptional()
  @Matches(SOURCE_LIST, { message: `must be a comma-separated list of: ${SOURCE_NAMES.join(', ')}` })
  require: string | undefined = undefined;

  @IsOptional()
  @Matches(FIELDS, { message: FIELD_RULE })
  fields: string | undefined = undefined;

  @IsOptional()
  @Equals('provenance', { message: 'must be: provenance' })
  view: string | undefined = undefined;
}

export class ForgetQuery {
  @IsOptional()
  @IsIn(SOURCE_NAMES, { message: `must be one of: ${SOURCE_NAMES.join(', ')}` })
  source: SourceName | undefined = undefined;
}

/** The caller's remaining time, as gateways send it. */
export class DeadlineHeaders {
  @IsOptional()
  @Matches(MILLISECONDS, { message: MILLISECONDS_RULE })
  'x-request-timeout-ms': string | undefined = undefined;

  @IsOptional()
  @Matches(MILLISECONDS, { message: MILLISECONDS_RULE })
  'x-envoy-expected-rq-timeout-ms': string | undefined = undefined;
}

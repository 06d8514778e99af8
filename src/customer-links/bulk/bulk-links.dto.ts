import { IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import {
  BILLING_CUSTOMER_ID,
  BILLING_CUSTOMER_ID_RULE,
  CUSTOMER_ID,
  CUSTOMER_ID_RULE,
} from '../../customer-ids/customer-ids.ts';
import { PAGE_LIMIT, PAGE_LIMIT_RULE } from '../../openapi/parameters.ts';
import { afterCursor } from './link-cursor.ts';

const IsLinkCursor = (): PropertyDecorator =>
  ValidateBy({
    name: 'isLinkCursor',
    validator: {
      validate: (value) => typeof value === 'string' && CUSTOMER_ID.test(afterCursor(value)),
      defaultMessage: () => 'must be the nextCursor of an earlier answer',
    },
  });

/** One line of an import. It may have the other members of an exported line, which are ignored. */
export class LinkLine {
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_RULE })
  customerId = '';

  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId = '';

  linkedAt: unknown = undefined;
  linkedBy: unknown = undefined;
}

export class LinksQuery {
  @IsOptional()
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId: string | undefined = undefined;

  @Matches(PAGE_LIMIT, { message: PAGE_LIMIT_RULE })
  limit = '100';

  @IsOptional()
  @IsLinkCursor()
  cursor: string | undefined = undefined;
}

export class ExportFilter {
  @IsOptional()
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_RULE })
  after: string | undefined = undefined;
}

export class ImportQuery {
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  dryRun = 'false';
}

import { IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import { SOURCE_NAMES } from '../config/source-names.ts';
import { CUSTOMER_ID, CUSTOMER_ID_RULE } from '../customer-ids/customer-ids.ts';
import { PAGE_LIMIT, PAGE_LIMIT_RULE } from '../openapi/parameters.ts';
import { positionOf } from './change-cursor.ts';
import { CHANGE_TYPES } from './feed/change.ts';

const IsNameList = (names: readonly string[]): PropertyDecorator =>
  ValidateBy({
    name: 'isNameList',
    validator: {
      validate: (value) => typeof value === 'string' && value.split(',').every((name) => names.includes(name)),
      defaultMessage: () => `must be a comma-separated list of: ${names.join(', ')}`,
    },
  });

const IsChangeCursor = (): PropertyDecorator =>
  ValidateBy({
    name: 'isChangeCursor',
    validator: {
      validate: (value) => typeof value === 'string' && positionOf(value) !== null,
      defaultMessage: () => 'must be a cursor from an earlier answer',
    },
  });

export class ChangesQuery {
  @IsOptional()
  @IsChangeCursor()
  cursor: string | undefined = undefined;

  @IsIn(['oldest', 'newest'], { message: 'must be oldest or newest' })
  from = 'oldest';

  @Matches(/^(?:\d|1\d|2[0-5])$/, { message: 'must be a whole number from 0 to 25' })
  waitSeconds = '0';

  @Matches(PAGE_LIMIT, { message: PAGE_LIMIT_RULE })
  limit = '100';

  @IsOptional()
  @IsNameList(CHANGE_TYPES)
  type: string | undefined = undefined;

  @IsOptional()
  @IsNameList(SOURCE_NAMES)
  source: string | undefined = undefined;

  @IsOptional()
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_RULE })
  customerId: string | undefined = undefined;
}

export class ChangesHeaders {
  @IsOptional()
  @IsChangeCursor()
  'last-event-id': string | undefined = undefined;
}

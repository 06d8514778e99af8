import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import { type FastifyRequest } from 'fastify';
import { type ValidationIssue } from '../problems/problem.ts';
import { afterCursor } from './bulk/link-cursor.ts';

/** @see the reseller customers API: ids are not always numbers */
export const CUSTOMER_ID = /^[\p{L}\d-]{4,40}$/u;
/** A UUID other than the nil and the max one. */
export const BILLING_CUSTOMER_ID =
  /^(?!0{8}-(?:0{4}-){3}0{12}$)(?!f{8}-(?:f{4}-){3}f{12}$)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
export const BILLING_CUSTOMER_ID_RULE = 'must be a UUID (8-4-4-4-12 hexadecimal digits), not the nil or max one';

const IsCursor = (): PropertyDecorator =>
  ValidateBy({
    name: 'isCursor',
    validator: {
      validate: (value) => typeof value === 'string' && CUSTOMER_ID.test(afterCursor(value)),
      defaultMessage: () => 'must be a nextCursor as it was answered',
    },
  });

const CUSTOMER_ID_RULE = 'must be 4 to 40 letters, digits or hyphens';

export class CustomerPath {
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_RULE })
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

/** One line of an import. What else a line of an export has may be there, and is not looked at. */
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

  @Matches(/^(?:[1-9]\d{0,2}|1000)$/, { message: 'must be a whole number from 1 to 1000' })
  limit = '100';

  @IsOptional()
  @IsCursor()
  cursor: string | undefined = undefined;
}

export class ImportQuery {
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  dryRun = 'false';
}

/** Adds a issue when there is any query parameter, where none is known. */
export function addQueryIssues(query: unknown, issues: ValidationIssue[]): void {
  if (Object.keys(query as object).length > 0)
    issues.push({ in: 'query', name: 'unknown', detail: 'this route takes no query parameters' });
}

/** Who changes a link, as its history says it: bounded, as a token may name its subject at any length. */
export function callerName({ caller }: FastifyRequest): string {
  return (caller?.name ?? 'unknown').slice(0, 256).toWellFormed();
}

import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { ApiProblems } from '../problems/problem.schema.ts';
import { array, object, text } from '../openapi/json-schema.ts';

const query = (name: string, description: string, schema: object): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema: { type: 'string', ...schema } });

const found = object(
  {
    customerIds: array(text, 'In order; empty: none is known, which is no proof that there is none.'),
    more: { const: true, description: 'There may be more than these: their number is bounded.' },
  },
  ['more'],
);

export const DescribeLookup = (): MethodDecorator =>
  applyDecorators(
    ApiTags('customer profiles'),
    ApiOperation({
      operationId: 'findCustomers',
      summary: 'The customers known under another system’s id',
      description:
        'By exactly one of billingCustomerId, connector with referenceId, or externalReferenceId. Known are stored links and what profiles said that are cached; no source is asked. Each customer named is confirmed by its link or its cached profile.',
    }),
    query('billingCustomerId', 'The customer at the billing platform, a UUID.', {
      format: 'uuid',
      examples: ['3fa85f64-5717-4562-b3fc-2c963f66afa6'],
    }),
    query('connector', 'The connector whose reference it is; with referenceId.', { enum: [...CONNECTOR_NAMES] }),
    query('referenceId', 'The customer’s id at that connector, exactly.', {
      minLength: 1,
      maxLength: 255,
      examples: ['cus_12345'],
    }),
    query('externalReferenceId', 'The marketplace’s own id of the customer, exactly.', {
      minLength: 1,
      maxLength: 255,
      examples: ['342'],
    }),
    ApiHeader({
      name: 'organisation',
      required: false,
      description: 'UUID of the organisation; needed when several are configured.',
    }),
    ApiResponse({
      status: 200,
      description: 'The customers, possibly none, possibly several.',
      content: { 'application/json': { schema: found, example: { customerIds: ['1005110002', '9876543210'] } } },
    }),
    ApiProblems(
      'invalid_request', 'unauthenticated', 'forbidden', 'unknown_organisation', 'lookup_unavailable', 'internal_error',
    ), // prettier-ignore
  );

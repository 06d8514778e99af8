import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../problems/problem.schema.ts';
import { BUNDLE_SCHEMA, EXPLANATION_EXAMPLE, EXPLANATION_SCHEMA } from './explanation.schema.ts';

export const DescribeExplanation = (): MethodDecorator =>
  applyDecorators(
    ApiTags('customer profiles'),
    ApiOperation({
      operationId: 'explainCustomerProfile',
      summary: 'Why a profile looks as it does',
      description:
        'Of each source what is cached, how old it is, what failed, and what the next read would ask of it and why; of each field its value, the rule that chose it, and what it was chosen over. By what is cached alone: no source is asked, and of what is not cached every part is absent. Values are replaced by their shape unless VALUE_READERS names the caller.',
    }),
    ApiParam({
      name: 'customerId',
      description: 'The customer’s id at the reseller customers API: 4 to 40 letters, digits or hyphens.',
      example: '9876543210',
    }),
    ApiQuery({
      name: 'billingCustomerId',
      required: false,
      description: 'As the profile was asked for: explains what is cached for this link of the request.',
      schema: { type: 'string', format: 'uuid', examples: ['3fa85f64-5717-4562-b3fc-2c963f66afa6'] },
    }),
    ApiQuery({
      name: 'bundle',
      required: false,
      description: 'true: everything the merge took, as a file for npm run replay (docs/merging.md).',
      schema: { type: 'boolean', default: false },
    }),
    ApiHeader({
      name: 'organisation',
      required: false,
      description: 'UUID of the organisation; needed when several are configured.',
    }),
    ApiResponse({
      status: 200,
      description: 'The explanation; with bundle=true, the bundle.',
      content: {
        'application/json': {
          schema: { oneOf: [EXPLANATION_SCHEMA, BUNDLE_SCHEMA] },
          example: EXPLANATION_EXAMPLE,
        },
      },
    }),
    ApiProblems('invalid_request', 'unauthenticated', 'forbidden', 'unknown_organisation', 'internal_error'),
  );

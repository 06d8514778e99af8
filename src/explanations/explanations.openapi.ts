import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { uuid } from '../openapi/json-schema.ts';
import { ApiCustomerId, optionalQuery } from '../openapi/parameters.ts';
import { ApiOrganisationRoute } from '../problems/problem.openapi.ts';
import { EXPLANATION_EXAMPLE } from './explanation.example.ts';
import { Bundle, Explanation } from './explanation.schema.ts';

export const DescribeExplanation = (): MethodDecorator =>
  applyDecorators(
    ApiCustomerId(),
    ApiOrganisationRoute('customer profiles'),
    ApiOperation({
      operationId: 'explainCustomerProfile',
      summary: 'Why a profile looks as it does',
      description:
        'Of each source what is cached, how old it is, what failed, and what the next read would ask of it and why; of each field its value, the rule that chose it, and what it was chosen over. By what is cached alone: no source is asked, and of what is not cached every part is absent. Placeholders replace values unless VALUE_READERS names the caller.',
    }),
    optionalQuery(
      'billingCustomerId',
      'As the profile was asked for: explains what is cached for this link of the request.',
      uuid,
    ),
    optionalQuery('bundle', 'true: everything the merge took, as a file for npm run replay (docs/merging.md).', {
      type: 'boolean',
      default: false,
    }),
    ApiResponse({
      status: 200,
      description: 'The explanation; with bundle=true, the bundle.',
      content: {
        'application/json': { schema: { oneOf: [Explanation, Bundle] }, example: EXPLANATION_EXAMPLE },
      },
    }),
  );

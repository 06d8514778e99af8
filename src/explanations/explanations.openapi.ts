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
        'Each source with its cached part, its age, its failure, and whether and why the next read would ask it; each field with its value, the rule that chose it, and the values it was chosen over. It comes from the cache alone: no source is asked, and a part that is not cached is absent. Placeholders replace values unless VALUE_READERS names the caller.',
    }),
    optionalQuery('billingCustomerId', 'As in the profile’s request: explains the cached parts of this link.', uuid),
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

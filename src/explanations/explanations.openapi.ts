import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiBillingCustomerId, ApiCustomerId } from '../customer-ids/customer-ids.openapi.ts';
import { flag } from '../openapi/json-schema.ts';
import { optionalQuery } from '../openapi/parameters.ts';
import { ApiOrganisationRoutes, ApiProblems } from '../problems/problem.openapi.ts';
import { EXPLANATION_EXAMPLE } from './explanation.example.ts';
import { Bundle, Explanation } from './explanation.schema.ts';

export const DescribeExplanations = (): ClassDecorator =>
  applyDecorators(ApiCustomerId(), ApiOrganisationRoutes('customer profiles', 'cache_unavailable'));

export const DescribeExplanation = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'explainCustomerProfile',
      summary: 'Why a profile looks as it does',
      description:
        'Each source with its cached part, its age, its failure, and whether and why the next read would call it; each field with its value, the rule that chose it, and the values that lost. It uses only the cache: no source is called, and a part that is not cached is absent. Placeholders replace values unless values=true.',
    }),
    ApiBillingCustomerId('As for a read of the profile: explains the cached parts of this link.'),
    optionalQuery('values', 'true: with values, which needs the right `profiles:read` and leaves an audit line.', {
      ...flag,
      default: false,
    }),
    optionalQuery('bundle', 'true: the input of the merge, as a file for npm run replay (docs/merging.md).', {
      ...flag,
      default: false,
    }),
    ApiResponse({
      status: 200,
      description: 'The explanation; with bundle=true, the bundle.',
      content: {
        'application/json': { schema: { oneOf: [Explanation, Bundle] }, example: EXPLANATION_EXAMPLE },
      },
    }),
    ApiProblems('customer_erased'),
  );

import { applyDecorators } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiOrganisation } from '../openapi/parameters.ts';
import { PROBLEM_MEDIA_TYPE, type ProblemCode, PROBLEMS } from './problem.ts';

/** Documents the errors of a route, grouped by status. */
export function ApiProblems(...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  const responses = [...byStatus].map(([status, group]) =>
    ApiResponse({
      status,
      description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
      content: { [PROBLEM_MEDIA_TYPE.split(';')[0] ?? '']: { schema: { $ref: '#/components/schemas/Problem' } } },
    }),
  );
  return applyDecorators(...responses);
}

/** Documents a route, or a controller, that answers for an organisation: its header, and the errors that any such route has. */
export const ApiOrganisationRoute = (tag: string, ...codes: readonly ProblemCode[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiTags(tag),
    ApiOrganisation(),
    ApiProblems('invalid_request', 'unauthenticated', 'forbidden', 'unknown_organisation', 'internal_error', ...codes),
  );

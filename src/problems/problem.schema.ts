import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemCode } from './problem.ts';

const string = { type: 'string' };

/** The body of every error (RFC 9457), for OpenAPI. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { ...string, format: 'uri-reference', description: 'The heading in docs/errors.md that explains this code.' },
    title: string,
    status: { type: 'integer' },
    detail: { ...string, description: 'What happened this time, and what to do. Never repeats what was sent.' },
    code: { ...string, enum: Object.keys(PROBLEMS) },
    requestId: { ...string, description: 'Under this id the log has more.' },
    source: { ...string, description: 'The one source to blame.' },
    state: { ...string, description: 'The state of that source.' },
    errors: {
      type: 'array',
      description: 'Every issue of the request.',
      items: {
        type: 'object',
        required: ['in', 'name', 'detail'],
        properties: { in: { ...string, enum: ['path', 'query', 'header', 'body'] }, name: string, detail: string },
      },
    },
    error_code: { ...string, description: 'Of the single-connector route: the billing platform’s own code.' },
    message: { ...string, description: 'Of the single-connector route: the billing platform’s own sentence.' },
  },
};

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

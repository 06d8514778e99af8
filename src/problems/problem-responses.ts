import { type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_MEDIA_TYPE, type ProblemCode, PROBLEMS } from './problem.ts';

type Components = NonNullable<OpenAPIObject['components']>;
/** A response of an operation. */
export type ProblemResponse = Exclude<NonNullable<Components['responses']>[string], { $ref: string }>;
type Headers = NonNullable<Components['headers']>;

/** The headers that only some errors have, by status. */
const HEADERS_OF: Readonly<Partial<Record<number, Headers>>> = {
  401: { 'WWW-Authenticate': { $ref: '#/components/headers/Challenge' } },
  405: { Allow: { $ref: '#/components/headers/Allow' } },
  429: {
    'Retry-After': { $ref: '#/components/headers/RetryAfter' },
    RateLimit: { $ref: '#/components/headers/RateLimit' },
    'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
  },
  503: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
};

/** The responses of these errors for OpenAPI, by status. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  const responses = [...byStatus].map(([status, group]) => [
    status,
    {
      description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
      headers: { ...HEADERS_OF[status] },
      content: { [PROBLEM_MEDIA_TYPE.split(';')[0] ?? '']: { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  return Object.fromEntries(responses) as Record<string, ProblemResponse>;
}

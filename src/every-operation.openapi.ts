import { type OpenAPIObject } from '@nestjs/swagger';
import Type, { type TSchema } from 'typebox';
import { RIGHT_OF_OPERATION } from './auth/needs.decorator.ts';
import { enumeration, text } from './openapi/json-schema.ts';
import { type ProblemResponse, problemResponses } from './problems/problem-responses.ts';

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['get']>;
type Headers = NonNullable<NonNullable<OpenAPIObject['components']>['headers']>;

const requestId = Type.String({
  pattern: '^[\\w.:;=#/+~-]{1,128}$',
  examples: ['6f1d9a52-0c8e-4a57-9b0e-3f2f4f8f1a10'],
});
const header = (description: string, schema: TSchema, required = true): Headers[string] => ({
  description,
  required,
  schema: { ...schema },
});

/** The response headers that several operations share. */
export const COMMON_HEADERS: Headers = {
  RequestId: header('The caller’s X-Request-Id, or a new one. The log has it, too.', requestId),
  Storage: header('How caches may store the answer; no-store: not at all.', text),
  ContentTypeOptions: header('Tells clients to trust the content type.', enumeration(['nosniff'])),
  Vary: header('The request headers that a stored answer depends on.', text, false),
  Challenge: header('How to authenticate, and whether the sent token is invalid.', text),
  Allow: header('The methods that the route accepts.', Type.String({ examples: ['GET, HEAD'] })),
  RateLimit: header(
    'The rest of each limit (draft-ietf-httpapi-ratelimit-headers). Other answers have it, too, when little is left.',
    Type.String({ examples: ['"rate";r=0;t=1'] }),
  ),
  RateLimitPolicy: header(
    'The caller’s limits.',
    Type.String({ examples: ['"rate";q=100;w=2, "concurrent";q=20;qu="concurrent-requests"'] }),
  ),
  RetryAfter: header(
    'Seconds after which to retry; absent: a retry would not help.',
    Type.Integer({ minimum: 1 }),
    false,
  ),
};

const EVERY_RESPONSE: Headers = {
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
  'Cache-Control': { $ref: '#/components/headers/Storage' },
  'X-Content-Type-Options': { $ref: '#/components/headers/ContentTypeOptions' },
};
const VARY: Headers = { Vary: { $ref: '#/components/headers/Vary' } };

const EVERY_ERROR = Object.entries(
  problemResponses(['invalid_request', 'method_not_allowed', 'request_timeout', 'headers_too_large', 'internal_error']),
);

const REQUEST_ID = {
  name: 'X-Request-Id',
  in: 'header' as const,
  required: false,
  description: 'Echoed and logged; never sent upstream. An id that is too long or has other characters is replaced.',
  schema: { ...text, examples: ['6f1d9a52-0c8e-4a57-9b0e-3f2f4f8f1a10'] },
};

/** Adds to each operation what all have in common: the parameter `X-Request-Id`, the errors of any request, and headers. */
export function withCommonParts(paths: Paths): Paths {
  const described = Object.entries(paths).map(([path, item]) => {
    const headers = path.startsWith('/v1/') ? { ...EVERY_RESPONSE, ...VARY } : EVERY_RESPONSE;
    const operations = Object.entries(item).map(([method, one]) => {
      const operation = one as Operation & Extended;
      const responses = Object.entries(withEveryError(operation.responses)).map(([status, response]) => {
        return [status, { ...response, headers: { ...headers, ...response.headers } }] as const;
      });
      const description = descriptionOf(operation);
      return [
        method,
        {
          ...operation,
          ...(description === undefined ? {} : { description }),
          parameters: [...(operation.parameters ?? []), REQUEST_ID],
          responses: Object.fromEntries(responses),
        },
      ] as const;
    });
    return [path, Object.fromEntries(operations)] as const;
  });
  return Object.fromEntries(described);
}

interface Extended {
  [RIGHT_OF_OPERATION]?: string;
}

/** The description with the needed right in words: OpenAPI knows only OAuth scopes, and keys have rights, too. */
function descriptionOf({ description, [RIGHT_OF_OPERATION]: right }: Operation & Extended): string | undefined {
  if (right === undefined) return description;
  return [description, `Needs the right \`${right}\`.`].filter(Boolean).join(' ');
}

/** Errors with the same status share one response, with the descriptions of all. */
function withEveryError(own: Operation['responses']): Record<string, ProblemResponse> {
  const responses = { ...own } as Record<string, ProblemResponse>;
  for (const [status, response] of EVERY_ERROR) {
    const described = responses[status]?.description ?? '';
    const isNew = !described.includes(response.description);
    const description = [described, isNew ? response.description : ''].filter((part) => part !== '').join(' ');
    responses[status] = { ...response, ...responses[status], description };
  }
  return responses;
}

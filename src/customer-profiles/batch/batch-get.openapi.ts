import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse } from '@nestjs/swagger';
import Type from 'typebox';
import { CONNECTOR_NAMES } from '../../config/connector-names.ts';
import { SOURCE_NAMES } from '../../config/source-names.ts';
import { customerId } from '../../customer-ids/customer-ids.schema.ts';
import { NDJSON } from '../../http-server/line-stream.ts';
import { enumeration, text } from '../../openapi/json-schema.ts';
import { milliseconds, optionalHeader } from '../../openapi/parameters.ts';
import { ApiOrganisationRoutes, ApiProblems } from '../../problems/problem.openapi.ts';
import { FIELD_NAMES, MAX_FIELDS } from '../answers/profile-fields.ts';
import { MAX_NAMES } from '../request/profile-query.dto.ts';
import { MAX_CUSTOMERS } from './batch-request.ts';

const body = Type.Object({
  customerIds: Type.Array(customerId, { minItems: 1, maxItems: MAX_CUSTOMERS }),
  fields: Type.Optional(Type.Array(enumeration(FIELD_NAMES), { minItems: 1, maxItems: MAX_FIELDS })),
  connectors: Type.Optional(Type.Array(enumeration(CONNECTOR_NAMES), { minItems: 1, maxItems: MAX_NAMES })),
  require: Type.Optional(Type.Array(enumeration(SOURCE_NAMES), { minItems: 1, maxItems: MAX_NAMES })),
  view: Type.Optional(enumeration(['provenance'])),
  budgetMs: Type.Optional(milliseconds),
});
const profile = { anyOf: ['Profile', 'ProfileFields'].map((name) => ({ $ref: `#/components/schemas/${name}` })) };
const result = {
  type: 'object',
  required: ['customerId', 'status'],
  properties: {
    customerId: { type: 'string' },
    status: {
      type: 'integer',
      description: 'The status of a single read of this customer: 200, 404, 410, 500, 502, 503 or 504.',
    },
    profile: { ...profile, description: 'With 200.' },
    problem: { allOf: [{ $ref: '#/components/schemas/Problem' }], description: 'With any other status.' },
    retryAfterSeconds: { type: 'integer', minimum: 1, description: 'Present when a later retry may help.' },
  },
};

export const DescribeBatches = (): ClassDecorator => ApiOrganisationRoutes('customer profiles');

export const DescribeBatchGet = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'batchGetCustomerProfiles',
      summary: 'Up to 100 profiles with one request',
      description:
        'Results in the order of the ids. An id that occurs twice is read once and answered twice. The batch has one budget; a customer whose turn does not come in time has status 504. fields, connectors and require may also be comma-separated texts, as in the URL of a single read. With `Accept: application/x-ndjson` each result is a line, sent as soon as it is ready, with its place in the request as index.',
    }),
    optionalHeader('X-Request-Timeout-Ms', 'The caller’s remaining time in milliseconds.', milliseconds),
    optionalHeader('x-envoy-expected-rq-timeout-ms', 'As X-Request-Timeout-Ms; gateways set it.', milliseconds),
    optionalHeader('Cache-Control', 'As for a single read; it applies to every customer.', {
      ...text,
      examples: ['max-age=60'],
    }),
    ApiBody({ schema: { ...body } }),
    ApiResponse({
      status: 200,
      description: 'The results.',
      content: {
        'application/json': {
          schema: { type: 'object', required: ['results'], properties: { results: { type: 'array', items: result } } },
        },
        [NDJSON]: { schema: { type: 'string', description: 'One result per line.' } },
      },
    }),
    ApiProblems('body_too_large', 'unsupported_media_type'),
  );

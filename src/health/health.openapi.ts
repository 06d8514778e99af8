import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';

const answer = (status: number, description: string): MethodDecorator =>
  ApiResponse({
    status,
    description,
    schema: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: ['ok', 'unavailable'] } },
    },
  });

export const DescribeHealth = (): ClassDecorator => ApiTags('health');

export const DescribeProbe = (summary: string): MethodDecorator =>
  applyDecorators(ApiOperation({ summary, security: [] }), answer(200, 'Yes.'), answer(503, 'No.'));

const nullable = (type: 'string' | 'number' | 'boolean'): { anyOf: { type: string }[] } => ({
  anyOf: [{ type }, { type: 'null' }],
});

const nullableEnum = (...values: readonly string[]): { anyOf: object[] } => ({
  anyOf: [{ type: 'string', enum: [...values] }, { type: 'null' }],
});

const breaker = { type: 'string', enum: ['closed', 'half-open', 'open'] };

const redis = {
  type: 'object',
  required: [
    'configured', 'state', 'mode', 'breaker', 'subscribed', 'evictionPolicy', 'linksMayBeEvicted', 'persistence',
    'missingPermissions',
  ],
  properties: {
    configured: { type: 'boolean' },
    state: { type: 'string', enum: ['ready', 'unreachable', 'not_configured'] },
    mode: nullableEnum('standalone', 'cluster', 'sentinel'),
    breaker,
    subscribed: { type: 'boolean', description: 'Whether events of other processes are heard.' },
    evictionPolicy: nullable('string'),
    linksMayBeEvicted: { ...nullable('boolean'), description: 'Whether Redis may evict links; null: not known.' },
    persistence: nullableEnum('aof', 'rdb', 'none'),
    missingPermissions: {
      type: 'array',
      items: { type: 'string' },
      description: 'What Redis does not allow of what the service does, such as `eval` or `keys customer-links:*`.',
    },
  },
}; // prettier-ignore

const drift = {
  type: 'array',
  description: 'What upstreams have sent beyond their documentation since the start; names only, never values.',
  items: {
    type: 'object',
    required: ['upstream', 'kind', 'field', 'count', 'firstSeenAt'],
    properties: {
      upstream: { type: 'string' },
      kind: { type: 'string', enum: ['unknown_field', 'unexpected_type', 'unknown_value', 'unknown_status'] },
      field: { type: 'string' },
      count: { type: 'integer' },
      firstSeenAt: { type: 'string', format: 'date-time' },
    },
  },
};

export const DescribeDependencies = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getDependencies',
      summary: 'What traffic has told about Redis and the upstreams; nothing is asked for it',
      security: [],
    }),
    ApiResponse({
      status: 200,
      description: 'Redis, each upstream that has been called since the start, and what was not expected of them.',
      schema: {
        type: 'object',
        required: ['redis', 'upstreams', 'drift'],
        properties: {
          redis,
          drift,
          upstreams: {
            type: 'array',
            items: {
              type: 'object',
              required: [
                'upstream',
                'organisation',
                'breaker',
                'openBreakers',
                'lastAnswerAt',
                'latencyMs',
                'quotaLeft',
              ],
              properties: {
                upstream: { type: 'string' },
                organisation: { type: 'string' },
                breaker,
                openBreakers: { type: 'array', items: { type: 'string' } },
                lastAnswerAt: nullable('string'),
                latencyMs: nullable('number'),
                quotaLeft: nullable('number'),
              },
            },
          },
        },
      },
    }),
  );

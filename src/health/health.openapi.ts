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

const nullable = (type: 'string' | 'number'): { anyOf: { type: string }[] } => ({
  anyOf: [{ type }, { type: 'null' }],
});

export const DescribeDependencies = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getDependencies',
      summary: 'What traffic has told about Redis and the upstreams; nothing is asked for it',
      security: [],
    }),
    ApiResponse({
      status: 200,
      description: 'Redis, and each upstream that has been called since the start.',
      schema: {
        type: 'object',
        required: ['redis', 'upstreams'],
        properties: {
          redis: {
            type: 'object',
            required: ['configured', 'state'],
            properties: {
              configured: { type: 'boolean' },
              state: { type: 'string', enum: ['ready', 'unreachable', 'not_configured'] },
            },
          },
          upstreams: {
            type: 'array',
            items: {
              type: 'object',
              required: ['upstream', 'organisation', 'breaker', 'troubled', 'lastAnswerAt', 'latencyMs', 'quotaLeft'],
              properties: {
                upstream: { type: 'string' },
                organisation: { type: 'string' },
                breaker: { type: 'string', enum: ['closed', 'half-open', 'open'] },
                troubled: { type: 'array', items: { type: 'string' } },
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

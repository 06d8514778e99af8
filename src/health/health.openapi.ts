import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { DependencyReport, Probe } from './health.schema.ts';

export const DescribeHealth = (): ClassDecorator => ApiTags('health');

export const DescribeProbe = (summary: string): MethodDecorator =>
  applyDecorators(
    ApiOperation({ summary, security: [] }),
    ApiResponse({ status: 200, description: 'Yes.', schema: Probe }),
    ApiResponse({ status: 503, description: 'No.', schema: Probe }),
  );

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
      schema: DependencyReport,
    }),
  );

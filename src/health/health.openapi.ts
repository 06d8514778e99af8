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
      summary: 'The state of Redis and the upstreams, as traffic has shown it; nothing is called',
      security: [],
    }),
    ApiResponse({
      status: 200,
      description: 'Redis, each upstream that has been called since the start, and their drift.',
      schema: DependencyReport,
    }),
  );

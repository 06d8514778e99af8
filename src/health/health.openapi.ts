import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiCallersProblems } from '../problems/problem.openapi.ts';
import { DependencyReport, Probe } from './health.schema.ts';

export const DescribeHealth = (): ClassDecorator => ApiTags('health');

/** @param statuses with 503 only where the answer may be no */
export const DescribeProbe = (
  operationId: string,
  summary: string,
  statuses: readonly (200 | 503)[],
): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId,
      summary,
      description: 'A probe for the orchestrator. It calls neither Redis nor an upstream.',
      security: [],
    }),
    ...statuses.map((status) => ApiResponse({ status, description: status === 200 ? 'Yes.' : 'No.', schema: Probe })),
  );

export const DescribeDependencies = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getDependencies',
      summary: 'The state of Redis and the upstreams',
      description: 'As seen in traffic: nothing is called. The status is always 200.',
    }),
    ApiCallersProblems(),
    ApiResponse({
      status: 200,
      description: 'Redis, each upstream that has been called since the start, and their drift.',
      schema: DependencyReport,
    }),
  );

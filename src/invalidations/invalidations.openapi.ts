import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiOrganisationRoutes, ApiProblems } from '../problems/problem.openapi.ts';
import { InvalidationAnswer, InvalidationBody } from './invalidation.schema.ts';

export const DescribeInvalidations = (): ClassDecorator =>
  ApiOrganisationRoutes('customer profiles', 'cache_unavailable', 'audit_unavailable');

export const DescribeInvalidate = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'invalidate',
      summary: 'Invalidate customers, a billing customer, a source, or all of the organisation',
      description:
        'Takes effect in every process within a second. Answers to earlier calls to sources are not cached. A source or an organisation costs one counter, however many customers it has. The whole list is checked before anything changes; an invalid id is named by its index.',
    }),
    ApiBody({ schema: { ...InvalidationBody } }),
    ApiResponse({
      status: 202,
      description: 'Invalidated. Later reads fetch again.',
      content: { 'application/json': { schema: { ...InvalidationAnswer } } },
    }),
    ApiProblems('body_too_large', 'unsupported_media_type'),
  );

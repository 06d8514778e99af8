import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiCustomerId } from '../customer-ids/customer-ids.openapi.ts';
import { billingCustomerId } from '../customer-ids/customer-ids.schema.ts';
import { object, text } from '../openapi/json-schema.ts';
import { optionalHeader } from '../openapi/parameters.ts';
import { ApiOrganisationRoutes, ApiProblems } from '../problems/problem.openapi.ts';
import { type CustomerLink } from './customer-link.schema.ts';

const content = {
  'application/json': {
    schema: { $ref: '#/components/schemas/CustomerLink' },
    example: {
      customerId: '9876543210',
      billingCustomerId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      linkedAt: '2026-11-21T09:30:00.000Z',
      linkedBy: 'order-service',
      history: [
        {
          billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-000000000002',
          linkedAt: '2026-03-02T16:04:11.000Z',
          linkedBy: 'migration',
          endedAt: '2026-11-21T09:30:00.000Z',
          endedBy: 'order-service',
        },
      ],
    } satisfies CustomerLink,
  },
};
const headers = {
  ETag: {
    description: 'Strong; every change of the link changes it, and no other link has it.',
    required: true,
    schema: { type: 'string' as const },
  },
};
const condition = (name: string, description: string): MethodDecorator =>
  optionalHeader(name, description, { ...text, examples: ['"c22b5f9178342609428d6f51b2c5af4c0bde6a42"'] });
const IfMatch = (): MethodDecorator =>
  condition('If-Match', 'Only if the stored link has one of these ETags; `*`: only if there is one. Otherwise 412.');
const IfNoneMatch = (): MethodDecorator =>
  condition(
    'If-None-Match',
    'Only if the stored link has none of these ETags; `*`: only if there is none. Otherwise 412.',
  );

export const DescribeLinks = (): ClassDecorator => ApiOrganisationRoutes('customer links', 'link_store_unavailable');

export const DescribeGetLink = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getCustomerLink',
      summary: 'The stored link to a billing customer',
      description: 'Also says who stored it and when, and lists the earlier links.',
    }),
    ApiCustomerId(),
    IfMatch(),
    condition('If-None-Match', 'ETags of the caller’s copies; 304 when the stored link has one of them.'),
    ApiResponse({ status: 200, description: 'The link and its history.', headers, content }),
    ApiResponse({ status: 304, description: 'The link is the one the caller has.', headers }),
    ApiProblems('link_not_found', 'customer_erased', 'precondition_failed'),
  );

export const DescribePutLink = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'putCustomerLink',
      summary: 'Store the link to a billing customer',
      description:
        'The replaced link stays in the history, with the callers who stored and replaced it. The profile shows the new link at once, in every process.',
    }),
    ApiCustomerId(),
    IfMatch(),
    IfNoneMatch(),
    ApiBody({ required: true, schema: object({ billingCustomerId }) }),
    ApiResponse({ status: 200, description: 'The link was there already, or replaced another.', headers, content }),
    ApiResponse({ status: 201, description: 'The link is new.', headers, content }),
    ApiProblems('customer_erased', 'precondition_failed', 'body_too_large', 'unsupported_media_type'),
  );

export const DescribeDeleteLink = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'deleteCustomerLink',
      summary: 'Remove the link; its history stays',
      description: 'Removing a link that is not stored is no error. The profile shows it at once, in every process.',
    }),
    ApiCustomerId(),
    IfMatch(),
    IfNoneMatch(),
    ApiResponse({ status: 204, description: 'There is no link now.' }),
    ApiProblems('customer_erased', 'precondition_failed'),
  );

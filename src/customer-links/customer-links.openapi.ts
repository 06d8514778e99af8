import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../problems/problem.schema.ts';

const uuid = { type: 'string', format: 'uuid', examples: ['3fa85f64-5717-4562-b3fc-2c963f66afa6'] };
const instant = { type: 'string', format: 'date-time', examples: ['2026-11-21T09:30:00.000Z'] };
const caller = (description: string): object => ({
  type: ['string', 'null'],
  description,
  examples: ['order-service'],
});

/** A link's own fields, which lists and exports show without its history. For OpenAPI. */
export const LISTED_LINK_PROPERTIES = {
  customerId: { type: 'string', examples: ['9876543210'] },
  billingCustomerId: uuid,
  linkedAt: instant,
  linkedBy: caller('The caller who stored it; null where that is not known.'),
};

/** For OpenAPI. */
export const CUSTOMER_LINK_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['customerId', 'billingCustomerId', 'linkedAt', 'linkedBy', 'history'],
  properties: {
    ...LISTED_LINK_PROPERTIES,
    history: {
      type: 'array',
      description: 'What the link said before, newest first, at most a hundred.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['billingCustomerId', 'linkedAt', 'linkedBy', 'endedAt', 'endedBy'],
        properties: {
          billingCustomerId: uuid,
          linkedAt: instant,
          linkedBy: caller('The caller who had stored it.'),
          endedAt: { ...instant, description: 'When it was replaced or removed.' },
          endedBy: caller('The caller who replaced or removed it.'),
        },
      },
    },
  },
};

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
    },
  },
};
const headers = {
  ETag: { description: 'Strong; every change of the link changes it.', schema: { type: 'string' as const } },
};
const CustomerIdParam = (): MethodDecorator =>
  ApiParam({
    name: 'customerId',
    description: 'The customer’s id at the reseller customers API.',
    example: '9876543210',
  });
const condition = (name: string, description: string): MethodDecorator =>
  ApiHeader({ name, required: false, description, schema: { type: 'string', examples: ['"7"'] } });
const IfMatch = (): MethodDecorator =>
  condition('If-Match', 'Only if the stored link has one of these ETags; `*`: only if there is one. Otherwise 412.');

export const DescribeLinks = (): ClassDecorator =>
  applyDecorators(
    ApiTags('customer links'),
    ApiProblems(
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'unknown_organisation',
      'link_store_unavailable',
      'internal_error',
    ),
  );

export const DescribeGetLink = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'getCustomerLink', summary: 'The stored link to a billing customer' }),
    CustomerIdParam(),
    IfMatch(),
    condition('If-None-Match', 'ETags of what the caller has; 304 when the stored link has one of them.'),
    ApiResponse({ status: 200, description: 'The link and what it said before.', headers, content }),
    ApiResponse({ status: 304, description: 'The link is the one the caller has.', headers }),
    ApiProblems('link_not_found', 'precondition_failed'),
  );

export const DescribePutLink = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'putCustomerLink',
      summary: 'Store the link to a billing customer',
      description:
        'The value it replaces is kept in the history, with who stored and who replaced it. The profile shows the new link at once, in every process.',
    }),
    CustomerIdParam(),
    IfMatch(),
    condition('If-None-Match', '`*`: only if there is no link yet. Otherwise 412.'),
    ApiBody({
      required: true,
      schema: {
        type: 'object',
        additionalProperties: false,
        required: ['billingCustomerId'],
        properties: { billingCustomerId: uuid },
      },
    }),
    ApiResponse({ status: 200, description: 'The link was there already, or replaced another.', headers, content }),
    ApiResponse({ status: 201, description: 'The link is new.', headers, content }),
    ApiProblems('precondition_failed', 'body_too_large', 'unsupported_media_type'),
  );

export const DescribeDeleteLink = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'deleteCustomerLink', summary: 'Remove the link; its history stays' }),
    CustomerIdParam(),
    IfMatch(),
    ApiResponse({ status: 204, description: 'There is no link now.' }),
    ApiProblems('precondition_failed'),
  );

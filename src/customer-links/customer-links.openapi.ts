import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../problems/problem.schema.ts';

const uuid = { type: 'string', format: 'uuid', examples: ['3fa85f64-5717-4562-b3fc-2c963f66afa6'] };
const instant = { type: 'string', format: 'date-time' };

/** For OpenAPI. */
export const CUSTOMER_LINK_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['customerId', 'billingCustomerId', 'linkedAt', 'history'],
  properties: {
    customerId: { type: 'string' },
    billingCustomerId: uuid,
    linkedAt: instant,
    history: {
      type: 'array',
      description: 'What the link said before, newest first, at most a hundred.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['billingCustomerId', 'linkedAt', 'endedAt'],
        properties: { billingCustomerId: uuid, linkedAt: instant, endedAt: instant },
      },
    },
  },
};

const content = { 'application/json': { schema: { $ref: '#/components/schemas/CustomerLink' } } };
const CustomerIdParam = (): MethodDecorator =>
  ApiParam({
    name: 'customerId',
    description: 'The customer’s id at the reseller customers API.',
    example: '9876543210',
  });

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
    ApiResponse({ status: 200, description: 'The link and what it said before.', content }),
    ApiProblems('link_not_found'),
  );

export const DescribePutLink = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'putCustomerLink',
      summary: 'Store the link to a billing customer',
      description: 'The value it replaces is kept in the history. The profile shows the new link at once.',
    }),
    CustomerIdParam(),
    ApiBody({
      required: true,
      schema: {
        type: 'object',
        additionalProperties: false,
        required: ['billingCustomerId'],
        properties: { billingCustomerId: uuid },
      },
    }),
    ApiResponse({ status: 200, description: 'The link was there already, or replaced another.', content }),
    ApiResponse({ status: 201, description: 'The link is new.', content }),
    ApiProblems('body_too_large', 'unsupported_media_type'),
  );

export const DescribeDeleteLink = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'deleteCustomerLink', summary: 'Remove the link; its history stays' }),
    CustomerIdParam(),
    ApiResponse({ status: 204, description: 'There is no link now.' }),
  );

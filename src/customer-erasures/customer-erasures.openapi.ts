import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiCustomerId } from '../customer-ids/customer-ids.openapi.ts';
import { ApiOrganisationRoutes, ApiProblems } from '../problems/problem.openapi.ts';
import { CustomerErasure, ErasureBody, ErasureKeys, ErasureReceipt } from './erasure.schema.ts';

const TAG = 'customer erasures';

export const DescribeErasures = (): ClassDecorator => ApiOrganisationRoutes(TAG, 'erasure_unavailable');

export const DescribeErase = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'eraseCustomer',
      summary: 'Erase a customer, and keep it erased',
      description:
        'Removes everything stored about the customer, in every process, even when no process knows the customer. Until the tombstone ends or is lifted, nothing is stored for the customer and reads answer 410. The answer comes when the last copy is gone, after some seconds. It is safe to repeat: that finishes an interrupted erasure, and the same requestId gets the same receipt.',
    }),
    ApiBody({ schema: { ...ErasureBody } }),
    ApiResponse({
      status: 200,
      description: 'The customer is erased: the signed receipt.',
      content: { 'application/json': { schema: { ...ErasureReceipt } } },
    }),
    ApiProblems('body_too_large', 'unsupported_media_type'),
  );

export const DescribeGetErasure = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getCustomerErasure',
      summary: 'The last erasure of a customer, with its receipt',
      description:
        'Also says whether the tombstone is still in force. The erasure is forgotten when the tombstone would have ended.',
    }),
    ApiCustomerId(),
    ApiResponse({
      status: 200,
      description: 'The state of the erasure.',
      content: { 'application/json': { schema: { ...CustomerErasure } } },
    }),
    ApiProblems('erasure_not_found'),
  );

export const DescribeLift = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'liftCustomerErasure',
      summary: 'Permit an erased customer again',
      description: 'The erased data does not come back: the next read fetches the customer again.',
    }),
    ApiCustomerId(),
    ApiResponse({ status: 204, description: 'The tombstone is no longer in force.' }),
    ApiProblems('erasure_not_found', 'erasure_in_progress'),
  );

export const DescribeKeyRoutes = (): ClassDecorator => ApiTags(TAG);

export const DescribeErasureKeys = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getCustomerErasureKeys',
      summary: 'The public keys that verify receipts, as a JWKS',
      description: 'Includes keys that no longer sign. Empty when customers cannot be erased.',
      security: [],
    }),
    ApiResponse({
      status: 200,
      description: 'The keys (RFC 7517, RFC 8037).',
      content: { 'application/json': { schema: { ...ErasureKeys } } },
    }),
  );

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Matches, IsOptional, IsUUID } from 'class-validator';
import { callerOf } from '../auth/caller.decorator.ts';
import { CUSTOMER_ID, CUSTOMER_ID_RULE } from '../customer-ids/customer-ids.ts';
import { callerName, requestOf } from '../customer-links/link-request.decorator.ts';
import { CustomerPath } from '../customer-links/link.dto.ts';
import { type ValidationIssue } from '../problems/problem.ts';
import { checkInput, checkNoQuery, throwIfInvalid } from '../problems/request-input.ts';
import { type CustomerKey } from '../profile-cache/cache-keys.ts';
import { type ErasureRequest } from './customer-erasures.service.ts';

class Body {
  @Matches(CUSTOMER_ID, { message: CUSTOMER_ID_RULE })
  customerId = '';

  @IsOptional()
  @IsUUID('loose', { message: 'must be a UUID' })
  requestId: string | undefined = undefined;
}

/** @throws Problem `invalid_request` naming every issue of the body and the query at once */
export const EraseRequest = createParamDecorator((_data: unknown, context: ExecutionContext): ErasureRequest => {
  const request = requestOf(context);
  const issues: ValidationIssue[] = [];
  const { customerId, requestId } = checkInput(Body, 'body', request.body, issues);
  checkNoQuery(request.query, issues);
  throwIfInvalid(issues);
  const caller = callerOf(request);
  return {
    customer: { organisation: caller.organisation.id, customerId },
    requestId: requestId?.toLowerCase() ?? null,
    caller: callerName(caller),
  };
});

/** @throws Problem `invalid_request` naming every issue of path and query at once */
export const ErasedCustomer = createParamDecorator((_data: unknown, context: ExecutionContext): CustomerKey => {
  const request = requestOf(context);
  const issues: ValidationIssue[] = [];
  const { customerId } = checkInput(CustomerPath, 'path', request.params, issues);
  checkNoQuery(request.query, issues);
  throwIfInvalid(issues);
  return { organisation: callerOf(request).organisation.id, customerId };
});

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { IsOptional, IsUUID, Matches } from 'class-validator';
import { callerOf, keptName } from '../auth/caller.decorator.ts';
import { CUSTOMER_ID, CUSTOMER_ID_RULE } from '../customer-ids/customer-ids.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { CustomerPath } from '../customer-ids/customer-path.dto.ts';
import { requestOf } from '../handlers/raw-request.decorator.ts';
import { InputCheck } from '../problems/input-check.ts';
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
  const check = new InputCheck();
  const { customerId, requestId } = check.values(Body, 'body', request.body);
  check.noQuery(request.query);
  check.assertValid();
  const caller = callerOf(request);
  return {
    customer: { organisation: caller.organisation.id, customerId },
    requestId: requestId?.toLowerCase() ?? null,
    caller: keptName(caller.name),
  };
});

/** @throws Problem `invalid_request` naming every issue of path and query at once */
export const ErasedCustomer = createParamDecorator((_data: unknown, context: ExecutionContext): CustomerKey => {
  const request = requestOf(context);
  const check = new InputCheck();
  const { customerId } = check.values(CustomerPath, 'path', request.params);
  check.noQuery(request.query);
  check.assertValid();
  return { organisation: callerOf(request).organisation.id, customerId };
});

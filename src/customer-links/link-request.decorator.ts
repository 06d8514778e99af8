import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { callerOf, keptName } from '../auth/caller.decorator.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { CustomerPath } from '../customer-ids/customer-path.dto.ts';
import { requestOf } from '../handlers/raw-request.decorator.ts';
import { InputCheck } from '../problems/input-check.ts';
import { LinkBody } from './link.dto.ts';
import { type LinkCondition, readCondition } from './link-condition.ts';

/** The customer, the caller and the condition of a request. */
export interface LinkTarget {
  readonly customer: CustomerKey;
  readonly caller: string;
  readonly condition: LinkCondition;
}

/** A link that is to be stored. */
export interface LinkPut extends LinkTarget {
  /** Lower-case UUID. */
  readonly billingCustomerId: string;
}

/** @throws Problem `invalid_request` naming every issue of path, query and headers at once */
export const LinkRequest = createParamDecorator((_data: unknown, context: ExecutionContext): LinkTarget =>
  checked(requestOf(context), new InputCheck()),
);

/** @throws Problem `invalid_request` naming every issue, also of the body, at once */
export const PutLinkRequest = createParamDecorator((_data: unknown, context: ExecutionContext): LinkPut => {
  const request = requestOf(context);
  const check = new InputCheck();
  const { billingCustomerId } = check.values(LinkBody, 'body', request.body);
  return { ...checked(request, check), billingCustomerId: billingCustomerId.toLowerCase() };
});

function checked(request: FastifyRequest, check: InputCheck): LinkTarget {
  const { customerId } = check.values(CustomerPath, 'path', request.params);
  check.noQuery(request.query);
  const condition = readCondition(request.headers, check);
  check.assertValid();
  const caller = callerOf(request);
  return { customer: { organisation: caller.organisation.id, customerId }, caller: keptName(caller.name), condition };
}

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Caller, callerOf } from '../auth/caller.decorator.ts';
import { InputCheck } from '../problems/input-check.ts';
import { type LinkCondition, readCondition } from './link-condition.ts';
import { type LinkedCustomer } from './link-store.ts';
import { CustomerPath, LinkBody } from './link.dto.ts';

/** The customer, the caller and the condition of a request. */
export interface LinkTarget {
  readonly customer: LinkedCustomer;
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

/** The caller's name for a link's history. It is cut, because a token may name its subject at any length. */
export const callerName = ({ name }: Caller): string => name.slice(0, 256).toWellFormed();

export const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest<FastifyRequest>();

function checked(request: FastifyRequest, check: InputCheck): LinkTarget {
  const { customerId } = check.values(CustomerPath, 'path', request.params);
  check.noQuery(request.query);
  const condition = readCondition(request.headers, check);
  check.assertValid();
  const caller = callerOf(request);
  return { customer: { organisation: caller.organisation.id, customerId }, caller: callerName(caller), condition };
}

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type CallerLimits } from '../config/callers/caller-limits.ts';
import { type Right } from '../config/callers/rights.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { requestOf } from '../handlers/raw-request.decorator.ts';
import { Problem } from '../problems/problem.ts';

const MAX_KEPT_NAME_LENGTH = 256;

/** The caller and the organisation of a request; the guard sets them. */
export interface Caller {
  /** For logs and link histories; `anonymous` when AUTH_MODE is none. */
  readonly name: string;
  readonly organisation: Organisation;
  readonly rights: ReadonlySet<Right>;
  readonly limits: CallerLimits;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}

/** @throws Problem `unauthenticated` when the guard has verified no caller */
export function callerOf({ caller }: FastifyRequest): Caller {
  if (!caller) throw new Problem('unauthenticated', 'The request has no verified caller.');
  return caller;
}

/** A caller's name as link histories, receipts and audit lines store it. It is truncated, because a token's subject may have any length. */
export const keptName = (name: string): string => name.slice(0, MAX_KEPT_NAME_LENGTH).toWellFormed();

/** The organisation a handler works for. */
export const CurrentOrganisation = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Organisation => callerOf(requestOf(context)).organisation,
);

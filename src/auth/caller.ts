import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Organisation } from '../config/organisations.ts';
import { Problem } from '../problems/problem.ts';

/** Who calls, and for which organisation; set by the guard. */
export interface Caller {
  /** For logs and link histories; `anonymous` when AUTH_MODE is none. */
  readonly name: string;
  readonly organisation: Organisation;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}

/** The organisation a handler works for. */
export const CurrentOrganisation = createParamDecorator((_data: unknown, context: ExecutionContext): Organisation => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Problem('unauthenticated', 'No caller is known.');
  return caller.organisation;
});

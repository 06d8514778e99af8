import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';

/** The request that a handler, a guard or an interceptor is called for. */
export const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest<FastifyRequest>();

/** The request as Fastify has it. Give it a pipe that checks it: Nest injects nothing into a decorator's factory. */
export const RawRequest = createParamDecorator((_data: unknown, context: ExecutionContext) => requestOf(context));

import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { callerOf } from '../auth/caller.decorator.ts';
import { NEEDED_RIGHT } from '../auth/needs.decorator.ts';
import { type Right } from '../config/callers/rights.ts';
import { requestOf } from '../handlers/raw-request.decorator.ts';
import { isObject } from '../json/json.ts';
import { toProblem } from '../problems/translate.ts';
import { type AuditedAction, AuditLog } from './audit-log.ts';

/** The metadata key of `Audited`. */
export const AUDITED = 'audited';

/** Settings of an audited route beyond its `@Needs`. */
export interface AuditOptions {
  /** The right that the action uses, if it differs from the route's. */
  readonly right?: Right;
  /** Whether the request is audited; by default each one is. The request has not been validated yet. */
  readonly when?: (request: FastifyRequest) => boolean;
}

/** Writes the audit lines of routes with `@Audited`. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly log: AuditLog,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const targets = [context.getHandler(), context.getClass()];
    const { right = this.reflector.getAllAndOverride<Right>(NEEDED_RIGHT, targets), when } =
      this.reflector.getAllAndOverride<AuditOptions>(AUDITED, targets);
    const request = requestOf(context);
    if (when && !when(request)) return next.handle();
    const end = this.log.begin(actionOf(request, right));
    const { withoutRedis } = request.routeOptions.config;
    return next.handle().pipe(
      tap({
        complete: () => {
          end('succeeded');
        },
        error: (error: unknown) => {
          end(toProblem(error, withoutRedis).code);
        },
      }),
    );
  }
}

/** The action of a request, for its audit line. The customer comes from the path or the body, the source from the query. */
function actionOf(request: FastifyRequest, right: Right): AuditedAction {
  const { name, organisation } = callerOf(request);
  const inPath = isObject(request.params) ? request.params.customerId : undefined;
  const customerId = inPath ?? (isObject(request.body) ? request.body.customerId : undefined);
  const source = isObject(request.query) ? request.query.source : undefined;
  return {
    operation: `${request.method} ${request.routeOptions.url ?? ''}`,
    right,
    caller: name,
    organisation: organisation.id,
    ...(typeof customerId === 'string' ? { customerId } : {}),
    ...(typeof source === 'string' ? { source } : {}),
    requestId: request.id,
  };
}

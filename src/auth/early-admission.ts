import { Injectable } from '@nestjs/common';
import { type FastifyInstance, type RouteOptions } from 'fastify';
import { CallerLimitsService } from '../caller-limits/caller-limits.service.ts';
import { type Right } from '../config/callers/rights.ts';
import { AuthGuard } from './auth.guard.ts';

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Admits callers before their body is read, so that the service reads no body of a stranger, of a caller without the right,
 * or of one over its limit. The guard then finds the caller on the request.
 */
@Injectable()
export class EarlyAdmission {
  constructor(
    private readonly guard: AuthGuard,
    private readonly limits: CallerLimitsService,
  ) {}

  /** Call it before the routes are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', (options) => {
      const { neededRight, chargesItself = false } = options.config ?? {};
      if (neededRight === undefined || ![options.method].flat().some((method) => WITH_BODY.has(method))) return;
      options.onRequest = [
        ...[options.onRequest ?? []].flat(),
        (_request, reply, done): void => {
          this.guard.admitInHook(reply, neededRight, chargesItself ? 0 : 1, done, done);
        },
      ];
      if (chargesItself) this.chargeUnreadable(options);
    });
  }

  /** An unreadable body never reaches the handler that would charge it. */
  private chargeUnreadable(options: RouteOptions): void {
    options.onError = [
      ...[options.onError ?? []].flat(),
      ({ caller }, _reply, _error, done): void => {
        if (caller) this.limits.take(caller, 1);
        done();
      },
    ];
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    neededRight?: Right;
    /** The request is charged when its body has been read. */
    chargesItself?: boolean;
  }
}

import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CallerLimitsService } from '../caller-limits/caller-limits.service.ts';
import { EVERY_RIGHT, type Right } from '../config/callers/rights.ts';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { Problem } from '../problems/problem.ts';
import { RecentCallers } from '../resilience/recent-callers.ts';
import { addLogFields } from '../telemetry/log-fields.ts';
import { ApiKeys } from './api-keys.ts';
import { lackingRight } from './lacking-right.ts';
import { NEEDED_RIGHT } from './needs.decorator.ts';
import { type Principal } from './principal.ts';
import { IS_PUBLIC } from './public.decorator.ts';
import { Tokens } from './tokens.ts';

/** Finds the caller and the organisation before any other check. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly config: Config,
    private readonly reflector: Reflector,
    private readonly apiKeys: ApiKeys,
    private readonly tokens: Tokens,
    private readonly limits: CallerLimitsService,
    private readonly recent: RecentCallers,
  ) {}

  /** Synchronous unless a token must be verified. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, targets)) return true;
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { caller, principal, routeOptions } = reply.request;
    if (caller !== undefined || principal !== undefined) return true;
    const right = this.reflector.getAllAndOverride<Right | null | undefined>(NEEDED_RIGHT, targets);
    return this.admit(reply, right, routeOptions.config.chargesItself === true ? 0 : 1);
  }

  /**
   * Sets the caller of the request. Synchronous unless a token must be verified.
   * @param right null: admits any caller; undefined: the route names no right, so it admits none
   * @param tokens the cost of the request; 0: its handler charges it
   * @throws Problem when the caller is not admitted
   */
  admit(reply: FastifyReply, right: Right | null | undefined, tokens: number): true | Promise<true> {
    const principal = this.authenticate(reply.request);
    if (!(principal instanceof Promise)) return this.noteCaller(reply, principal, right, tokens);
    return principal.then((verified) => this.noteCaller(reply, verified, right, tokens));
  }

  /**
   * Like `admit`, for a Fastify hook that runs before Nest's handler.
   * @param next called when the caller is admitted
   * @param fail called when it is not, or when `next` throws
   */
  admitInHook(reply: FastifyReply, right: Right, tokens: number, next: () => void, fail: (error: Error) => void): void {
    const goOn = (): void => {
      try {
        next();
      } catch (error) {
        fail(error as Error);
      }
    };
    try {
      const admitted = this.admit(reply, right, tokens);
      if (admitted === true) goOn();
      else admitted.then(goOn, fail);
    } catch (error) {
      fail(error as Error);
    }
  }

  /** Whether the caller of an answer in progress would still be admitted: credentials expire, and callers lose rights. */
  async stillAdmits(request: FastifyRequest, right: Right): Promise<boolean> {
    const organisation = request.caller?.organisation.id;
    try {
      const { rights, organisations } = await this.authenticate(request);
      return rights.has(right) && (organisations === null || organisations.some((one) => one === organisation));
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  }

  private noteCaller(reply: FastifyReply, principal: Principal, right: Right | null | undefined, tokens: number): true {
    const { request } = reply;
    this.recent.note(principal.name);
    if (right === undefined || (right !== null && !principal.rights.has(right))) {
      addLogFields(request, { caller: principal.name });
      throw right === undefined
        ? new Problem('forbidden', 'This route is closed.')
        : lackingRight(right, this.config.auth.mode);
    }
    // A route about the caller, or about the process, concerns no organisation.
    if (right === null || right === 'operations:read') {
      request.principal = principal;
      addLogFields(request, { caller: principal.name });
      this.limits.begin(principal, reply, tokens);
      return true;
    }
    const organisation = this.organisationOf(request, principal);
    const { name, rights, limits } = principal;
    addLogFields(request, { caller: name, organisation: organisation.id });
    this.limits.begin(principal, reply, tokens);
    request.caller = { name, organisation, rights, limits };
    return true;
  }

  private authenticate(request: FastifyRequest): Principal | Promise<Principal> {
    switch (this.config.auth.mode) {
      case 'none':
        return { name: 'anonymous', organisations: null, rights: EVERY_RIGHT, limits: this.config.auth.limits };
      case 'api-key':
        return this.apiKeys.check(request.headers['x-api-key']);
      case 'jwt':
        return this.tokens.check(request.headers.authorization);
    }
  }

  /** The organisation that the `organisation` header names; without the header, the caller's only one or the only one configured. */
  private organisationOf(request: FastifyRequest, { organisations }: Principal): Organisation {
    const named = request.headers.organisation;
    const [own] = organisations?.length === 1 ? organisations : [];
    const only = (own === undefined ? undefined : this.config.organisations.get(own)) ?? this.config.organisations.only;
    if (named === undefined && !only)
      throw new Problem('invalid_request', 'Not valid: header organisation. See errors for the rules.', {
        errors: [{ in: 'header', name: 'organisation', detail: 'must name one of the organisations configured here' }],
      });
    const organisation = named === undefined ? only : this.config.organisations.get(String(named).toLowerCase());
    if (!organisation)
      throw new Problem(
        'unknown_organisation',
        'The organisation header names an organisation that is not configured here.',
      );
    if (organisations && !organisations.includes(organisation.id))
      throw new Problem('forbidden', 'These credentials are not valid for this organisation.');
    return organisation;
  }
}

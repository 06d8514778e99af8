import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations.ts';
import { Problem } from '../problems/problem.ts';
import { ApiKeys } from './api-keys.ts';
import { type Principal } from './principal.ts';
import { IS_PUBLIC } from './public.decorator.ts';
import { Tokens } from './tokens.ts';

/** Finds the caller and the organisation before any other check. */
@Injectable()
export class AuthGuard implements CanActivate {
  /** When there is one alone, it need not be named. */
  private readonly only: Organisation | undefined;

  constructor(
    private readonly config: Config,
    private readonly reflector: Reflector,
    private readonly apiKeys: ApiKeys,
    private readonly tokens: Tokens,
  ) {
    const all = [...config.organisations.values()];
    this.only = all.length === 1 ? all[0] : undefined;
  }

  /** Synchronous unless a token must be verified. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = this.credentialsOf(request);
    if (!(principal instanceof Promise)) return this.admit(request, principal);
    return principal.then((verified) => this.admit(request, verified));
  }

  private admit(request: FastifyRequest, principal: Principal): true {
    const organisation = this.organisationOf(request, principal);
    request.caller = { name: principal.name, organisation };
    request.logFields = { caller: principal.name, organisation: organisation.id };
    return true;
  }

  private credentialsOf(request: FastifyRequest): Principal | Promise<Principal> {
    switch (this.config.auth.mode) {
      case 'none':
        return { name: 'anonymous', organisations: null };
      case 'api-key':
        return this.apiKeys.check(request.headers['x-api-key']);
      case 'jwt':
        return this.tokens.check(request.headers.authorization);
    }
  }

  /** The organisation of the `organisation` header; without the header the only one there is. */
  private organisationOf(request: FastifyRequest, { organisations }: Principal): Organisation {
    const named = request.headers.organisation;
    const { only } = this;
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

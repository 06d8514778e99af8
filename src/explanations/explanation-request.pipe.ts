import { createParamDecorator, type ExecutionContext, Injectable, type PipeTransform } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.decorator.ts';
import { Config } from '../config/config.ts';
import { CustomerPath } from '../customer-links/link.dto.ts';
import { checkInput, throwIfInvalid } from '../problems/request-input.ts';
import { type ValidationIssue } from '../problems/problem.ts';
import { NO_DIRECTIVES } from '../profile-refresh/cache-directives.ts';
import { type ReadRequirements } from '../profile-refresh/read-requirements.ts';
import { ExplanationParameters } from './explanation-parameters.dto.ts';

/** The read to explain, and how. */
export interface ExplanationQuery {
  /** The read of a profile that is explained: the plain one. */
  readonly read: ReadRequirements;
  /** As a bundle for `npm run replay`. */
  readonly asBundle: boolean;
  /** The caller may see values; else placeholders. */
  readonly showsValues: boolean;
}

/** Turns requests into checked queries. */
@Injectable()
export class ExplanationRequestPipe implements PipeTransform<FastifyRequest, ExplanationQuery> {
  constructor(private readonly config: Config) {}

  /** @throws Problem `invalid_request` naming every issue at once */
  transform(request: FastifyRequest): ExplanationQuery {
    const issues: ValidationIssue[] = [];
    const { customerId } = checkInput(CustomerPath, 'path', request.params, issues);
    const { billingCustomerId, bundle } = checkInput(ExplanationParameters, 'query', request.query, issues);
    throwIfInvalid(issues);
    const { name, organisation } = callerOf(request);
    return {
      asBundle: bundle === 'true',
      showsValues: this.config.valueReaders.includes(name),
      read: {
        organisation,
        customerId,
        billingCustomerId: billingCustomerId?.toLowerCase() ?? null,
        reseller: true,
        connectors: this.config.billing.connectors,
        required: ['reseller'],
        directives: NO_DIRECTIVES,
        requestId: request.id,
      },
    };
  }
}

const RawRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>(),
);

/** An `ExplanationQuery`. */
export const ExplanationRequest = (): ParameterDecorator => RawRequest(ExplanationRequestPipe);

import { Injectable, type PipeTransform } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { callerOf } from '../auth/caller.decorator.ts';
import { lackingRight } from '../auth/lacking-right.ts';
import { Config } from '../config/config.ts';
import { CustomerPath } from '../customer-ids/customer-path.dto.ts';
import { RawRequest } from '../handlers/raw-request.decorator.ts';
import { InputCheck } from '../problems/input-check.ts';
import { NO_DIRECTIVES } from '../profile-refresh/cache-directives.ts';
import { type ReadRequirements } from '../profile-refresh/read-requirements.ts';
import { ExplanationParameters } from './explanation-parameters.dto.ts';

/** The right without which explanations show only placeholders. */
export const RIGHT_TO_VALUES = 'profiles:read';

/** The read to explain, and how. */
export interface ExplanationQuery {
  /** The read that is explained: the plain one. */
  readonly read: ReadRequirements;
  /** Whether to answer with a bundle for `npm run replay`. */
  readonly asBundle: boolean;
  /** Whether to show values, which the caller wants and may see; otherwise placeholders. */
  readonly showsValues: boolean;
}

/** Turns requests into checked queries. */
@Injectable()
class ExplanationRequestPipe implements PipeTransform<FastifyRequest, ExplanationQuery> {
  constructor(private readonly config: Config) {}

  /** @throws Problem `invalid_request` naming every issue at once, or `forbidden` */
  transform(request: FastifyRequest): ExplanationQuery {
    const check = new InputCheck();
    const { customerId } = check.values(CustomerPath, 'path', request.params);
    const { billingCustomerId, bundle, values } = check.values(ExplanationParameters, 'query', request.query);
    check.assertValid();
    const caller = callerOf(request);
    const { organisation, rights } = caller;
    const showsValues = values === 'true';
    if (showsValues && !rights.has(RIGHT_TO_VALUES)) throw lackingRight(RIGHT_TO_VALUES, this.config.auth.mode);
    return {
      asBundle: bundle === 'true',
      showsValues,
      read: {
        organisation,
        customerId,
        billingCustomerId: billingCustomerId?.toLowerCase() ?? null,
        sources: this.config.sources,
        required: ['reseller'],
        directives: NO_DIRECTIVES,
        caller,
        requestId: request.id,
      },
    };
  }
}

/** An `ExplanationQuery`. */
export const ExplanationRequest = (): ParameterDecorator => RawRequest(ExplanationRequestPipe);

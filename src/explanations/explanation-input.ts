import { Injectable } from '@nestjs/common';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { type FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations.ts';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE, CustomerPath } from '../customer-links/link-input.ts';
import { checkInput, throwIfInvalid } from '../problems/request-input.ts';
import { type ValidationIssue } from '../problems/problem.ts';
import { NO_DEMAND } from '../profile-cache/demand.ts';
import { type ReadRequirements } from '../profile-refresh/read-requirements.ts';

export class ExplanationQuery {
  @IsOptional()
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId: string | undefined = undefined;

  @IsIn(['true', 'false'], { message: 'must be true or false' })
  bundle = 'false';
}

/** What is to be explained: the profile as a plain read would answer it. */
export interface ExplanationRequest {
  readonly query: ReadRequirements;
  /** As a bundle for `npm run replay`. */
  readonly asBundle: boolean;
  /** The caller may see values; else their shapes. */
  readonly showsValues: boolean;
}

/** Turns requests into checked orders. */
@Injectable()
export class ExplanationInput {
  constructor(private readonly config: Config) {}

  /** @throws Problem `invalid_request` naming every issue at once */
  order(request: FastifyRequest, organisation: Organisation): ExplanationRequest {
    const issues: ValidationIssue[] = [];
    const { customerId } = checkInput(CustomerPath, 'path', request.params, issues);
    const { billingCustomerId, bundle } = checkInput(ExplanationQuery, 'query', request.query, issues);
    throwIfInvalid(issues);
    const { caller } = request;
    return {
      asBundle: bundle === 'true',
      showsValues: caller !== undefined && this.config.valueReaders.includes(caller.name),
      query: {
        organisation,
        customerId,
        billingCustomerId: billingCustomerId?.toLowerCase() ?? null,
        reseller: true,
        connectors: this.config.billing.connectors,
        required: ['reseller'],
        demand: NO_DEMAND,
        requestId: request.id,
      },
    };
  }
}

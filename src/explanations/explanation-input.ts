import { Injectable } from '@nestjs/common';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { type FastifyRequest } from 'fastify';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations.ts';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE, CustomerPath } from '../customer-links/link-input.ts';
import { checkInput, refuseFaults } from '../problems/request-input.ts';
import { type RequestFault } from '../problems/problem.ts';
import { NO_DEMAND } from '../profile-cache/demand.ts';
import { Deadline } from '../upstream/deadline.ts';
import { type ProfileQuery } from './profile-query.ts';
import { WHOLE } from './profile-views.ts';

export class ExplanationQuery {
  @IsOptional()
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId: string | undefined = undefined;

  @IsIn(['true', 'false'], { message: 'must be true or false' })
  bundle = 'false';
}

/** What is to be explained: the profile as a plain read would answer it. */
export interface ExplanationOrder {
  readonly query: ProfileQuery;
  /** As a bundle for `npm run replay`. */
  readonly asBundle: boolean;
  /** The caller may see values; else their shapes. */
  readonly showsValues: boolean;
}

/** Turns requests into checked orders. */
@Injectable()
export class ExplanationInput {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `invalid_request` naming every fault at once */
  order(request: FastifyRequest, organisation: Organisation): ExplanationOrder {
    const faults: RequestFault[] = [];
    const { customerId } = checkInput(CustomerPath, 'path', request.params, faults);
    const { billingCustomerId, bundle } = checkInput(ExplanationQuery, 'query', request.query, faults);
    refuseFaults(faults);
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
        view: WHOLE,
        requestId: request.id,
        deadline: () => new Deadline(this.clock, this.config.requestBudgetMs),
      },
    };
  }
}

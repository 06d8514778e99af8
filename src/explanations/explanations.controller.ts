import { Controller, Get, Header, Req } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { CurrentOrganisation } from '../auth/caller.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Bundle } from './bundle.ts';
import { type Explanation } from './explanation.ts';
import { DescribeExplanation } from './explanations.openapi.ts';
import { ExplanationInput } from './explanation-input.ts';
import { Explanations } from './explanations.service.ts';

/** Why a profile looks as it does. */
@Controller('v1/customer-profiles/:customerId/explanation')
export class ExplanationController {
  constructor(
    private readonly explanations: Explanations,
    private readonly input: ExplanationInput,
  ) {}

  @DescribeExplanation()
  @Get()
  @Header('cache-control', 'no-store')
  async explain(
    @CurrentOrganisation() organisation: Organisation,
    @Req() request: FastifyRequest,
  ): Promise<Explanation | Bundle> {
    return this.explanations.read(this.input.order(request, organisation));
  }
}

import { Controller, Get, Header } from '@nestjs/common';
import { Audited } from '../audit/audited.decorator.ts';
import { Needs } from '../auth/needs.decorator.ts';
import { isObject } from '../json/json.ts';
import { WithoutRedis } from '../problems/without-redis.ts';
import { type Bundle, type Explanation } from './explanation.schema.ts';
import { type ExplanationQuery, ExplanationRequest, RIGHT_TO_VALUES } from './explanation-request.pipe.ts';
import { DescribeExplanation, DescribeExplanations } from './explanations.openapi.ts';
import { ExplanationsService } from './explanations.service.ts';

/** Why a profile looks as it does. */
@DescribeExplanations()
@Needs('explanations:read')
@Controller('v1/customer-profiles/:customerId/explanation')
export class ExplanationsController {
  constructor(private readonly explanations: ExplanationsService) {}

  @DescribeExplanation()
  @Audited({ right: RIGHT_TO_VALUES, when: ({ query }) => isObject(query) && query.values === 'true' })
  @WithoutRedis('cache_unavailable')
  @Get()
  @Header('cache-control', 'no-store')
  async explain(@ExplanationRequest() query: ExplanationQuery): Promise<Explanation | Bundle> {
    return this.explanations.read(query);
  }
}

import { Controller, Get, Header } from '@nestjs/common';
import { WithoutRedis } from '../problems/without-redis.ts';
import { type Bundle, type Explanation } from './explanation.schema.ts';
import { DescribeExplanation, DescribeExplanations } from './explanations.openapi.ts';
import { type ExplanationQuery, ExplanationRequest } from './explanation-request.pipe.ts';
import { ExplanationsService } from './explanations.service.ts';

/** Why a profile looks as it does. */
@DescribeExplanations()
@Controller('v1/customer-profiles/:customerId/explanation')
export class ExplanationController {
  constructor(private readonly explanations: ExplanationsService) {}

  @DescribeExplanation()
  @WithoutRedis('cache_unavailable')
  @Get()
  @Header('cache-control', 'no-store')
  async explain(@ExplanationRequest() query: ExplanationQuery): Promise<Explanation | Bundle> {
    return this.explanations.read(query);
  }
}

import { Controller, HttpCode, Post } from '@nestjs/common';
import { Needs } from '../auth/needs.decorator.ts';
import { WithoutRedis } from '../problems/without-redis.ts';
import { type InvalidationAnswer } from './invalidation.schema.ts';
import { type Invalidation, InvalidationRequest } from './invalidation-request.pipe.ts';
import { DescribeInvalidate, DescribeInvalidations } from './invalidations.openapi.ts';
import { InvalidationsService } from './invalidations.service.ts';

/** Invalidations of more than one customer's profile. */
@DescribeInvalidations()
@Controller('v1/invalidations')
export class InvalidationsController {
  constructor(private readonly invalidations: InvalidationsService) {}

  @DescribeInvalidate()
  @WithoutRedis('cache_unavailable')
  @Needs('profiles:refresh')
  @Post()
  @HttpCode(202)
  async invalidate(@InvalidationRequest() invalidation: Invalidation): Promise<InvalidationAnswer> {
    return { invalidations: await this.invalidations.invalidate(invalidation), mode: invalidation.mode };
  }
}

import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.ts';
import { CallerLimitsService } from './caller-limits.service.ts';
import { SharedUsage } from './shared-usage.ts';

/** How much each caller may use. */
@Module({
  imports: [RedisModule],
  providers: [CallerLimitsService, SharedUsage],
  exports: [CallerLimitsService],
})
export class CallerLimitsModule {}

import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.ts';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { Dependencies } from './dependencies.ts';
import { HealthController } from './health.controller.ts';
import { MetricsController } from './metrics.controller.ts';
import { Lifecycle } from './lifecycle.ts';

@Module({
  controllers: [HealthController, MetricsController],
  imports: [RedisModule, UpstreamModule],
  providers: [Dependencies, Lifecycle],
  exports: [Lifecycle],
})
export class HealthModule {}

import { Module } from '@nestjs/common';
import { RedisChecks } from './redis-checks.ts';
import { RedisMetrics } from './redis-metrics.ts';
import { RedisConnection } from './redis.connection.ts';
import { RedisSubscription } from './redis.subscription.ts';

@Module({
  providers: [RedisChecks, RedisConnection, RedisMetrics, RedisSubscription],
  exports: [RedisChecks, RedisConnection, RedisSubscription],
})
export class RedisModule {}

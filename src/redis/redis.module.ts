import { Module } from '@nestjs/common';
import { RedisAudit } from './redis-audit.ts';
import { RedisMetrics } from './redis-metrics.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisSubscription } from './redis-subscription.ts';

@Module({
  providers: [RedisAudit, RedisConnection, RedisMetrics, RedisSubscription],
  exports: [RedisAudit, RedisConnection, RedisSubscription],
})
export class RedisModule {}

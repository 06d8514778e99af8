import { Module } from '@nestjs/common';
import { RedisLeases } from './lease.ts';
import { RedisAudit } from './redis-audit.ts';
import { RedisConnection } from './redis-connection.ts';
import { RedisMetrics } from './redis-metrics.ts';
import { RedisSubscription } from './redis-subscription.ts';
import { SharedTime } from './shared-time/shared-time.ts';

@Module({
  providers: [RedisAudit, RedisConnection, RedisLeases, RedisMetrics, RedisSubscription, SharedTime],
  exports: [RedisAudit, RedisConnection, RedisLeases, RedisSubscription, SharedTime],
})
export class RedisModule {}

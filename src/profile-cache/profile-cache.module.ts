import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { FieldCodec } from './field-codec.ts';
import { CacheBus } from './cache-bus.ts';
import { PartFactory } from './part-factory.ts';
import { LocalCopies } from './local-copies.ts';
import { MemoryCache } from './memory-cache.ts';
import { EagerRefresh } from './eager-refresh.ts';
import { ProfileCache } from './profile-cache.ts';
import { RedisCustomers } from './redis-customers.ts';
import { SourceLeases } from './source-leases.ts';

@Module({
  imports: [RedisModule],
  providers: [
    CacheMetrics,
    FieldCodec,
    CacheBus,
    PartFactory,
    LocalCopies,
    MemoryCache,
    EagerRefresh,
    ProfileCache,
    RedisCustomers,
    SourceLeases,
  ],
  exports: [CacheMetrics, PartFactory, EagerRefresh, ProfileCache, SourceLeases],
})
export class ProfileCacheModule {}

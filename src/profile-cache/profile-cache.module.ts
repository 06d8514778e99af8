import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { EntryCodec } from './entry-codec.ts';
import { CacheBus } from './cache-bus.ts';
import { PartFactory } from './part-factory.ts';
import { MemoryCache } from './memory-cache.ts';
import { EagerRefresh } from './eager-refresh.ts';
import { ProfileCache } from './profile-cache.ts';
import { RedisEntries } from './redis-entries.ts';
import { RefreshLeases } from './refresh-leases.ts';

@Module({
  imports: [RedisModule],
  providers: [
    CacheMetrics,
    EntryCodec,
    CacheBus,
    PartFactory,
    MemoryCache,
    EagerRefresh,
    ProfileCache,
    RedisEntries,
    RefreshLeases,
  ],
  exports: [CacheMetrics, PartFactory, EagerRefresh, ProfileCache, RefreshLeases],
})
export class ProfileCacheModule {}

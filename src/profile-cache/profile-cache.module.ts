import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { EntryCodec } from './entry-codec.ts';
import { FleetEvents } from './fleet-events.ts';
import { Lifetimes } from './lifetimes.ts';
import { LocalCopies } from './local-copies.ts';
import { Popularity } from './popularity.ts';
import { ProfileCache } from './profile-cache.ts';
import { ProfileIndex } from './profile-index.ts';
import { RedisEntries } from './redis-entries.ts';
import { RefreshLeases } from './refresh-leases.ts';

@Module({
  imports: [RedisModule],
  providers: [
    CacheMetrics,
    EntryCodec,
    FleetEvents,
    Lifetimes,
    LocalCopies,
    Popularity,
    ProfileCache,
    ProfileIndex,
    RedisEntries,
    RefreshLeases,
  ],
  exports: [CacheMetrics, Lifetimes, Popularity, ProfileCache, ProfileIndex, RefreshLeases],
})
export class ProfileCacheModule {}

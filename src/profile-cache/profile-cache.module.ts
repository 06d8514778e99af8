import { Module } from '@nestjs/common';
import { ChangeFeedModule } from '../customer-changes/feed/change-feed.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { TombstonesModule } from '../tombstones/tombstones.module.ts';
import { CacheBus } from './cache-bus.ts';
import { CacheInvalidations } from './cache-invalidations.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { FieldCodec } from './customer-hash/field-codec.ts';
import { RedisCustomerWrites } from './customer-hash/redis-customer-writes.ts';
import { RedisCustomers } from './customer-hash/redis-customers.ts';
import { EagerRefresh } from './eager-refresh.ts';
import { LocalCopies } from './local-copies.ts';
import { MemoryCache } from './memory-cache.ts';
import { PartFactory } from './part-factory.ts';
import { ProfileCache } from './profile-cache.ts';
import { ProfileWrites } from './profile-writes.ts';
import { SourceLeases } from './source-leases.ts';
import { UnwrittenCustomers } from './unwritten-customers.ts';
import { WideInvalidations } from './wide/wide-invalidations.ts';

@Module({
  imports: [ChangeFeedModule, RedisModule, TombstonesModule],
  providers: [
    CacheBus,
    CacheInvalidations,
    CacheMetrics,
    FieldCodec,
    PartFactory,
    LocalCopies,
    MemoryCache,
    EagerRefresh,
    ProfileCache,
    ProfileWrites,
    RedisCustomers,
    RedisCustomerWrites,
    SourceLeases,
    UnwrittenCustomers,
    WideInvalidations,
  ],
  exports: [
    CacheInvalidations,
    CacheMetrics,
    PartFactory,
    EagerRefresh,
    ProfileCache,
    ProfileWrites,
    SourceLeases,
    UnwrittenCustomers,
    WideInvalidations,
  ],
})
export class ProfileCacheModule {}

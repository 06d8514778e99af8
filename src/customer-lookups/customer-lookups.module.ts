import { Module } from '@nestjs/common';
import { CustomerLinksModule } from '../customer-links/customer-links.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { TombstonesModule } from '../tombstones/tombstones.module.ts';
import { CustomerLookupsController } from './customer-lookups.controller.ts';
import { CustomerLookupsService } from './customer-lookups.service.ts';
import { LookupIndex } from './lookup-index.ts';
import { LookupIndexing } from './lookup-indexing.ts';

@Module({
  imports: [CustomerLinksModule, ProfileCacheModule, RedisModule, TombstonesModule],
  controllers: [CustomerLookupsController],
  providers: [CustomerLookupsService, LookupIndex, LookupIndexing],
  exports: [LookupIndex, LookupIndexing],
})
export class CustomerLookupsModule {}

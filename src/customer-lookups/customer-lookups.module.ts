import { Module } from '@nestjs/common';
import { CustomerLinksModule } from '../customer-links/customer-links.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { CustomerLookupsController } from './customer-lookups.controller.ts';
import { CustomerLookups } from './customer-lookups.service.ts';
import { ProfileIndex } from './lookup-index.ts';
import { LookupIndexing } from './lookup-indexing.ts';
import { LookupInput } from './lookup-input.ts';

@Module({
  imports: [CustomerLinksModule, ProfileCacheModule, RedisModule],
  controllers: [CustomerLookupsController],
  providers: [CustomerLookups, LookupIndexing, LookupInput, ProfileIndex],
  exports: [LookupIndexing],
})
export class CustomerLookupsModule {}

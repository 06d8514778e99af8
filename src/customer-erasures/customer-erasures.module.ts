import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { ChangeFeedModule } from '../customer-changes/feed/change-feed.module.ts';
import { CustomerLinksModule } from '../customer-links/customer-links.module.ts';
import { CustomerLookupsModule } from '../customer-lookups/customer-lookups.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { TombstonesModule } from '../tombstones/tombstones.module.ts';
import { CustomerErasuresController } from './customer-erasures.controller.ts';
import { CustomerErasuresService } from './customer-erasures.service.ts';
import { EndedErasures } from './ended-erasures.ts';
import { ErasureKeysController } from './erasure-keys.controller.ts';
import { ErasureRecords } from './erasure-records.ts';
import { ProcessHeartbeats } from './process-heartbeats.ts';
import { Receipts } from './receipts.ts';

@Module({
  imports: [
    AuditModule,
    AuthModule,
    ChangeFeedModule,
    CustomerLinksModule,
    CustomerLookupsModule,
    ProfileCacheModule,
    RedisModule,
    TombstonesModule,
  ],
  controllers: [CustomerErasuresController, ErasureKeysController],
  providers: [CustomerErasuresService, EndedErasures, ErasureRecords, ProcessHeartbeats, Receipts],
})
export class CustomerErasuresModule {}

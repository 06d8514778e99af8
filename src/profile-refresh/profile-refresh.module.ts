import { Module } from '@nestjs/common';
import { BillingConnectorsModule } from '../billing-connectors/billing-connectors.module.ts';
import { ChangeFeedModule } from '../customer-changes/feed/change-feed.module.ts';
import { CustomerLinksModule } from '../customer-links/customer-links.module.ts';
import { CustomerLookupsModule } from '../customer-lookups/customer-lookups.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { ResellerCustomersModule } from '../reseller-customers/reseller-customers.module.ts';
import { ResilienceModule } from '../resilience/resilience.module.ts';
import { LateWrites } from './late-writes.ts';
import { PolicyChanges } from './policy-changes.ts';
import { RecentFailures } from './recent-failures.ts';
import { RefreshAdmission } from './refresh-admission.ts';
import { RefreshCoordinator } from './refresh-coordinator.ts';
import { RefreshServices } from './refresh-services.ts';
import { ResponseBuilder } from './response-builder.ts';
import { SourceFetcher } from './source-fetcher.ts';

@Module({
  imports: [
    BillingConnectorsModule,
    ChangeFeedModule,
    CustomerLinksModule,
    CustomerLookupsModule,
    ProfileCacheModule,
    RedisModule,
    ResellerCustomersModule,
    ResilienceModule,
  ],
  providers: [
    LateWrites,
    PolicyChanges,
    RecentFailures,
    RefreshAdmission,
    RefreshCoordinator,
    RefreshServices,
    ResponseBuilder,
    SourceFetcher,
  ],
  exports: [RecentFailures, RefreshCoordinator, ResponseBuilder],
})
export class ProfileRefreshModule {}

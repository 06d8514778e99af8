import { Module } from '@nestjs/common';
import { BillingConnectorsModule } from '../billing-connectors/billing-connectors.module.ts';
import { CustomerLinksModule } from '../customer-links/customer-links.module.ts';
import { CustomerLookupsModule } from '../customer-lookups/customer-lookups.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { ResellerCustomersModule } from '../reseller-customers/reseller-customers.module.ts';
import { RecentFailures } from './recent-failures.ts';
import { RefreshCoordinator } from './refresh-coordinator.ts';
import { ResponseBuilder } from './response-builder.ts';
import { SourceFetcher } from './source-fetcher.ts';

@Module({
  imports: [
    BillingConnectorsModule,
    CustomerLinksModule,
    CustomerLookupsModule,
    ProfileCacheModule,
    ResellerCustomersModule,
  ],
  providers: [RecentFailures, RefreshCoordinator, ResponseBuilder, SourceFetcher],
  exports: [RecentFailures, RefreshCoordinator, ResponseBuilder],
})
export class ProfileRefreshModule {}

import { Module } from '@nestjs/common';
import { BillingConnectorsModule } from '../billing-connectors/billing-connectors.module.ts';
import { CustomerLinksModule } from '../customer-links/customer-links.module.ts';
import { CustomerLookupsModule } from '../customer-lookups/customer-lookups.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { ResellerCustomersModule } from '../reseller-customers/reseller-customers.module.ts';
import { ConnectorFanOut } from './connector-fan-out.ts';
import { EntryBuilder } from './entry-builder.ts';
import { ProfileAssembler } from './profile-assembler.ts';
import { ProfileRefreshes } from './profile-refreshes.ts';

@Module({
  imports: [
    BillingConnectorsModule,
    CustomerLinksModule,
    CustomerLookupsModule,
    ProfileCacheModule,
    ResellerCustomersModule,
  ],
  providers: [ConnectorFanOut, EntryBuilder, ProfileAssembler, ProfileRefreshes],
  exports: [EntryBuilder, ProfileRefreshes],
})
export class ProfileRefreshModule {}

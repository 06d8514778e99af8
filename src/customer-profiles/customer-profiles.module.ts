import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { BillingConnectorsModule } from '../billing-connectors/billing-connectors.module.ts';
import { CustomerLinksModule } from '../customer-links/customer-links.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { ResellerCustomersModule } from '../reseller-customers/reseller-customers.module.ts';
import { ConnectorFanOut } from './connector-fan-out.ts';
import { CustomerProfilesController } from './customer-profiles.controller.ts';
import { CustomerProfilesService } from './customer-profiles.service.ts';
import { ProfileAssembler } from './profile-assembler.ts';
import { ProfileEntries } from './profile-entries.ts';
import { ProfileInput } from './profile-input.ts';
import { ProfileRefreshes } from './profile-refreshes.ts';

@Module({
  imports: [AuthModule, BillingConnectorsModule, CustomerLinksModule, ProfileCacheModule, ResellerCustomersModule],
  controllers: [CustomerProfilesController],
  providers: [
    ConnectorFanOut,
    CustomerProfilesService,
    ProfileAssembler,
    ProfileEntries,
    ProfileInput,
    ProfileRefreshes,
  ],
})
export class CustomerProfilesModule {}

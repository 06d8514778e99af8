import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { BillingConnectorsModule } from '../billing-connectors/billing-connectors.module.ts';
import { CustomerLinksModule } from '../customer-links/customer-links.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { ResellerCustomersModule } from '../reseller-customers/reseller-customers.module.ts';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { ConnectorFanOut } from './connector-fan-out.ts';
import { CustomerLookupsController } from './customer-lookups.controller.ts';
import { CustomerLookups } from './customer-lookups.service.ts';
import { CustomerProfilesController } from './customer-profiles.controller.ts';
import { CustomerProfilesService } from './customer-profiles.service.ts';
import { ExplanationController } from './explanation.controller.ts';
import { ExplanationInput } from './explanation-input.ts';
import { Explanations } from './explanation.service.ts';
import { LookupIndexing } from './lookup-indexing.ts';
import { LookupInput } from './lookup-input.ts';
import { ProfileAssembler } from './profile-assembler.ts';
import { ProfileEntries } from './profile-entries.ts';
import { ProfileInput } from './profile-input.ts';
import { ProfileRefreshes } from './profile-refreshes.ts';

@Module({
  imports: [
    AuthModule,
    BillingConnectorsModule,
    CustomerLinksModule,
    ProfileCacheModule,
    ResellerCustomersModule,
    UpstreamModule,
  ],
  controllers: [CustomerLookupsController, CustomerProfilesController, ExplanationController],
  providers: [
    ConnectorFanOut,
    CustomerLookups,
    CustomerProfilesService,
    ExplanationInput,
    Explanations,
    LookupIndexing,
    LookupInput,
    ProfileAssembler,
    ProfileEntries,
    ProfileInput,
    ProfileRefreshes,
  ],
})
export class CustomerProfilesModule {}

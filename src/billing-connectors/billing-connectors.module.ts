import { Module } from '@nestjs/common';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { BillingConnectorsClient } from './billing-connectors.client.ts';

@Module({
  imports: [UpstreamModule],
  providers: [BillingConnectorsClient],
  exports: [BillingConnectorsClient],
})
export class BillingConnectorsModule {}

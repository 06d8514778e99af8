import { Module } from '@nestjs/common';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { AccessTokens } from './access-token.ts';
import { ResellerCustomersClient } from './reseller-customers.client.ts';

@Module({
  imports: [UpstreamModule],
  providers: [AccessTokens, ResellerCustomersClient],
  exports: [ResellerCustomersClient],
})
export class ResellerCustomersModule {}

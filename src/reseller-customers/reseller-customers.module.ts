import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.ts';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { AccessTokens } from './access-tokens.ts';
import { ResellerCustomersClient } from './reseller-customers.client.ts';
import { SharedTokens } from './shared-tokens.ts';
import { TokenIssuer } from './token-issuer.ts';

@Module({
  imports: [RedisModule, UpstreamModule],
  providers: [AccessTokens, ResellerCustomersClient, SharedTokens, TokenIssuer],
  exports: [ResellerCustomersClient],
})
export class ResellerCustomersModule {}

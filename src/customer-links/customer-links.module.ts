import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { CustomerLinksController } from './customer-links.controller.ts';
import { LinkResolver } from './link-resolver.ts';
import { LinkStore } from './link-store.ts';

@Module({
  imports: [AuthModule, ProfileCacheModule, RedisModule],
  controllers: [CustomerLinksController],
  providers: [LinkResolver, LinkStore],
  exports: [LinkResolver],
})
export class CustomerLinksModule {}

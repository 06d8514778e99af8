import { Module } from '@nestjs/common';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { ProfileRefreshModule } from '../profile-refresh/profile-refresh.module.ts';
import { CacheDemands } from './request/cache-demands.ts';
import { CustomerProfilesController } from './customer-profiles.controller.ts';
import { CustomerProfilesService } from './customer-profiles.service.ts';
import { ProfileAnswers } from './profile-answers.ts';

@Module({
  imports: [ProfileCacheModule, ProfileRefreshModule],
  controllers: [CustomerProfilesController],
  providers: [CacheDemands, CustomerProfilesService, ProfileAnswers],
})
export class CustomerProfilesModule {}

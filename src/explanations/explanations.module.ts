import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { ProfileRefreshModule } from '../profile-refresh/profile-refresh.module.ts';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { ExplanationsController } from './explanations.controller.ts';
import { ExplanationsService } from './explanations.service.ts';

@Module({
  imports: [AuditModule, ProfileCacheModule, ProfileRefreshModule, UpstreamModule],
  controllers: [ExplanationsController],
  providers: [ExplanationsService],
})
export class ExplanationsModule {}

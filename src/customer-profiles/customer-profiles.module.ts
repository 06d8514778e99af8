import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { CallerLimitsModule } from '../caller-limits/caller-limits.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { ProfileRefreshModule } from '../profile-refresh/profile-refresh.module.ts';
import { ResilienceModule } from '../resilience/resilience.module.ts';
import { AnswerMetrics } from './answers/answer-metrics.ts';
import { CachedAnswers } from './answers/cached-answers.ts';
import { ForwardedAnswers } from './answers/forwarded-answers.ts';
import { ProfileAnswers } from './answers/profile-answers.ts';
import { BatchGetController } from './batch/batch-get.controller.ts';
import { BatchReads } from './batch/batch-reads.ts';
import { BatchRequests } from './batch/batch-request.ts';
import { CustomerProfilesController } from './customer-profiles.controller.ts';
import { CustomerProfilesService } from './customer-profiles.service.ts';
import { HotReads } from './hot-reads.ts';
import { InspectionMetrics } from './inspection/inspection-metrics.ts';
import { Inspector } from './inspection/inspector.ts';
import { RefreshesBehind } from './refreshes-behind.ts';
import { CacheDemands } from './request/cache-demands.ts';
import { ProfileQueries } from './request/profile-queries.ts';

@Module({
  imports: [AuditModule, AuthModule, CallerLimitsModule, ProfileCacheModule, ProfileRefreshModule, ResilienceModule],
  controllers: [BatchGetController, CustomerProfilesController],
  providers: [
    AnswerMetrics,
    BatchReads,
    BatchRequests,
    CacheDemands,
    CachedAnswers,
    CustomerProfilesService,
    ForwardedAnswers,
    HotReads,
    InspectionMetrics,
    Inspector,
    ProfileAnswers,
    ProfileQueries,
    RefreshesBehind,
  ],
})
export class CustomerProfilesModule {}

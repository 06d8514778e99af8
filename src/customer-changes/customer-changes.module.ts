import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { HealthModule } from '../health/health.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { ChangePages } from './change-pages.ts';
import { ChangeStreams } from './change-streams.ts';
import { ChangeWatches } from './change-watches.ts';
import { CustomerChangesController } from './customer-changes.controller.ts';
import { ChangeFeedModule } from './feed/change-feed.module.ts';
import { OpenAnswers } from './open-answers.ts';

/** The route of the change feed. */
@Module({
  imports: [AuthModule, ChangeFeedModule, HealthModule, RedisModule],
  controllers: [CustomerChangesController],
  providers: [ChangePages, ChangeStreams, ChangeWatches, OpenAnswers],
})
export class CustomerChangesModule {}

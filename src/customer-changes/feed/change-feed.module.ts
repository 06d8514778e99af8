import { Module } from '@nestjs/common';
import { RedisModule } from '../../redis/redis.module.ts';
import { ChangeFeed } from './change-feed.ts';
import { ChangeMarks } from './change-marks.ts';
import { ChangeMetrics } from '../change-metrics.ts';
import { ChangeRecorder } from './change-recorder.ts';

/** What tells of changes: it stands below what changes customers. */
@Module({
  imports: [RedisModule],
  providers: [ChangeFeed, ChangeMarks, ChangeMetrics, ChangeRecorder],
  exports: [ChangeFeed, ChangeMarks, ChangeMetrics, ChangeRecorder],
})
export class ChangeFeedModule {}

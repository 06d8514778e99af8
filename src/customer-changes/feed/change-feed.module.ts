import { Module } from '@nestjs/common';
import { RedisModule } from '../../redis/redis.module.ts';
import { ChangeMetrics } from '../change-metrics.ts';
import { ChangeFeed } from './change-feed.ts';
import { ChangeMarks } from './change-marks.ts';
import { ChangeRecorder } from './change-recorder.ts';

/** The change feed. It stands below the modules that change customers. */
@Module({
  imports: [RedisModule],
  providers: [ChangeFeed, ChangeMarks, ChangeMetrics, ChangeRecorder],
  exports: [ChangeFeed, ChangeMarks, ChangeMetrics, ChangeRecorder],
})
export class ChangeFeedModule {}

import { Module } from '@nestjs/common';
import { RedisModule } from '../../redis/redis.module.ts';
import { ChangeFeed } from './change-feed.ts';
import { ChangeMarks } from './change-marks.ts';
import { ChangeMetrics } from './change-metrics.ts';
import { ChangeRecorder } from './change-recorder.ts';
import { MarkSweep } from './mark-sweep.ts';
import { MarkedChanges } from './marked-changes.ts';

/** The change feed. The modules that change customers import it. */
@Module({
  imports: [RedisModule],
  providers: [ChangeFeed, ChangeMarks, ChangeMetrics, ChangeRecorder, MarkedChanges, MarkSweep],
  exports: [ChangeFeed, ChangeMarks, ChangeMetrics, ChangeRecorder],
})
export class ChangeFeedModule {}

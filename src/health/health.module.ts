import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { ReloadedFilesModule } from '../reloaded-files/reloaded-files.module.ts';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { Dependencies } from './dependencies.ts';
import { HealthController } from './health.controller.ts';
import { Lifecycle } from './lifecycle.ts';
import { MetricsController } from './metrics.controller.ts';
import { SweepProgress } from './sweep-progress.ts';

@Module({
  controllers: [HealthController, MetricsController],
  imports: [AuthModule, RedisModule, ReloadedFilesModule, UpstreamModule],
  providers: [Dependencies, Lifecycle, SweepProgress],
  exports: [Lifecycle, SweepProgress],
})
export class HealthModule {}

import { Module } from '@nestjs/common';
import { HealthModule } from '../health/health.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { ProfileRefreshModule } from '../profile-refresh/profile-refresh.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { CustomerScan } from './customer-scan.ts';
import { ProfileSweep } from './profile-sweep.ts';
import { SweepMetrics } from './sweep-metrics.ts';
import { SweepPace } from './sweep-pace.ts';
import { SweepPositions } from './sweep-positions.ts';
import { SweepRound } from './sweep-round.ts';
import { SweepVisits } from './sweep-visits.ts';

@Module({
  imports: [HealthModule, ProfileCacheModule, ProfileRefreshModule, RedisModule],
  providers: [CustomerScan, ProfileSweep, SweepMetrics, SweepPace, SweepPositions, SweepRound, SweepVisits],
})
export class ProfileSweepModule {}

import { Module } from '@nestjs/common';
import { RecentCallers } from './recent-callers.ts';
import { WorkTurns } from './work-turns.ts';

@Module({ providers: [RecentCallers, WorkTurns], exports: [RecentCallers, WorkTurns] })
export class ResilienceModule {}

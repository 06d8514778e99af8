import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { InvalidationsController } from './invalidations.controller.ts';
import { InvalidationsService } from './invalidations.service.ts';

@Module({
  imports: [AuditModule, AuthModule, ProfileCacheModule],
  controllers: [InvalidationsController],
  providers: [InvalidationsService],
})
export class InvalidationsModule {}

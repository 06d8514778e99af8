import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { AuthModule } from '../auth/auth.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { InvalidationRequestPipe } from './invalidation-request.pipe.ts';
import { InvalidationsController } from './invalidations.controller.ts';
import { InvalidationsService } from './invalidations.service.ts';

@Module({
  imports: [AuditModule, AuthModule, ProfileCacheModule],
  controllers: [InvalidationsController],
  providers: [InvalidationRequestPipe, InvalidationsService],
})
export class InvalidationsModule {}

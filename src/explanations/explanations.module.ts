import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { ExplanationInput } from './explanation-input.ts';
import { ExplanationController } from './explanations.controller.ts';
import { Explanations } from './explanations.service.ts';

@Module({
  imports: [AuthModule, ProfileCacheModule, UpstreamModule],
  controllers: [ExplanationController],
  providers: [ExplanationInput, Explanations],
})
export class ExplanationsModule {}

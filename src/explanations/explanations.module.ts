import { Module } from '@nestjs/common';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { ExplanationInput } from './explanation-input.ts';
import { ExplanationController } from './explanations.controller.ts';
import { Explanations } from './explanations.service.ts';

@Module({
  imports: [ProfileCacheModule, UpstreamModule],
  controllers: [ExplanationController],
  providers: [ExplanationInput, Explanations],
})
export class ExplanationsModule {}

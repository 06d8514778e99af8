import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CallerLimitsModule } from '../caller-limits/caller-limits.module.ts';
import { ResilienceModule } from '../resilience/resilience.module.ts';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { ApiKeys } from './api-keys.ts';
import { AuthGuard } from './auth.guard.ts';
import { AuthRefusals } from './auth-refusals.ts';
import { CallersFile } from './callers-file.ts';
import { EarlyAdmission } from './early-admission.ts';
import { OwnCallerController } from './own-caller.controller.ts';
import { Tokens } from './tokens.ts';

/** Closes every route of the service to callers without credentials, except those marked `@Public()`. */
@Module({
  imports: [CallerLimitsModule, ResilienceModule, UpstreamModule],
  controllers: [OwnCallerController],
  providers: [
    ApiKeys,
    AuthRefusals,
    CallersFile,
    Tokens,
    AuthGuard,
    EarlyAdmission,
    { provide: APP_GUARD, useExisting: AuthGuard },
  ],
  exports: [AuthGuard, CallersFile],
})
export class AuthModule {}

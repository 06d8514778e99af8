import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { ApiKeys } from './api-keys.ts';
import { AuthRefusals } from './auth-refusals.ts';
import { AuthGuard } from './auth.guard.ts';
import { Tokens } from './tokens.ts';

/** Closes every route of the service to callers without credentials, except those marked `@Public()`. */
@Module({
  imports: [UpstreamModule],
  providers: [ApiKeys, AuthRefusals, Tokens, { provide: APP_GUARD, useClass: AuthGuard }],
})
export class AuthModule {}

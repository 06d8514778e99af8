import { Module } from '@nestjs/common';
import { UpstreamModule } from '../upstream/upstream.module.ts';
import { ApiKeys } from './api-keys.ts';
import { AuthGuard } from './auth.guard.ts';
import { Tokens } from './tokens.ts';

@Module({ imports: [UpstreamModule], providers: [ApiKeys, AuthGuard, Tokens], exports: [ApiKeys, AuthGuard, Tokens] })
export class AuthModule {}

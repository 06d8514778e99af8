import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.ts';
import { Lifetimes } from './lifetimes.ts';
import { LocalCopies } from './local-copies.ts';
import { ProfileCache } from './profile-cache.ts';

@Module({
  imports: [RedisModule],
  providers: [Lifetimes, LocalCopies, ProfileCache],
  exports: [Lifetimes, ProfileCache],
})
export class ProfileCacheModule {}

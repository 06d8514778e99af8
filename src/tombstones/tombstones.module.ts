import { Module } from '@nestjs/common';
import { RedisModule } from '../redis/redis.module.ts';
import { Tombstones } from './tombstones.ts';

/** The tombstones of erased customers. */
@Module({ imports: [RedisModule], providers: [Tombstones], exports: [Tombstones] })
export class TombstonesModule {}

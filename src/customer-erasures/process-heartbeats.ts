import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Clock, type Timer } from '../config/clock.ts';
import { type RedisClient } from '../redis/link/redis-client.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { pairsIn } from '../redis/reply-pairs.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { BEAT } from './erasure-scripts.ts';

/** The processes by the time of their last beat. */
const KEY = 'customer-erasures:processes';
const INTERVAL_MS = 10_000;
/** A process that misses two heartbeats is lost: it may not reach Redis, and then misses erasures. */
const LOST_AFTER_MS = 25_000;
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

/** A process whose last heartbeat is too old. */
export interface LostProcess {
  /** Its host and a random suffix. */
  readonly name: string;
  /** Epoch ms. */
  readonly lastBeatAt: number;
}

/** Knows which processes share this Redis, and which of them were lost recently. It runs only where customers can be erased. */
@Injectable()
export class ProcessHeartbeats implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly name = `${hostname()}-${randomBytes(3).toString('hex')}`;
  private timer: Timer | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    private readonly tombstones: Tombstones,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.tombstones.areEnabled) return;
    void this.beat();
    this.timer = this.clock.every(INTERVAL_MS, () => void this.beat());
  }

  /** A process that shuts down is not lost. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.timer) return;
    this.timer.cancel();
    await this.connection.tryRun((redis) => redis.zrem(KEY, this.name));
  }

  /** @throws RedisUnavailable, or Redis's own error reply, when Redis fails */
  async lost(): Promise<readonly LostProcess[]> {
    const reply = await this.connection.run((redis) => this.send(redis));
    return pairsIn(Array.isArray(reply) ? reply : []).map(([name, beatAt]) => ({ name, lastBeatAt: Number(beatAt) }));
  }

  private async beat(): Promise<void> {
    await this.connection.tryRun((redis) => this.send(redis));
  }

  private send(redis: RedisClient): Promise<unknown> {
    const now = this.clock.now();
    return redis.eval(BEAT, 1, KEY, now, this.name, now - FORGOTTEN_AFTER_MS, now - LOST_AFTER_MS);
  }
}

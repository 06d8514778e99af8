import { Injectable } from '@nestjs/common';
import { RedisConnection } from '../redis/redis-connection.ts';
import { isOtherType } from '../redis/redis-errors.ts';
import { readPosition, type SweepPosition } from './sweep-position.ts';

/** Both keys are in one slot. The position has no expiry, because `volatile-*` policies evict keys with one. */
export const SWEEP_LEASE = 'customer-profiles:{sweep}:lease';
const POSITION = 'customer-profiles:{sweep}:position';

/**
 * Stores the position only for the holder of the lease, so that a process that was frozen meanwhile cannot put it back.
 * KEYS: the lease, the position. ARGV: the owner of the lease, the position. Returns 1 when it is stored.
 */
const SAVE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
`;

/** The position of the sweep in Redis, shared by all processes. Every method throws as `RedisConnection.run` does. */
@Injectable()
export class SweepPositions {
  constructor(private readonly connection: RedisConnection) {}

  /** null: no readable position is stored. */
  async load(): Promise<SweepPosition | null> {
    try {
      return readPosition(await this.connection.run((redis) => redis.get(POSITION)));
    } catch (error) {
      if (isOtherType(error)) return null;
      throw error;
    }
  }

  /** @param owner the owner of the lease @returns false when another process has the lease now */
  async save(position: SweepPosition, owner: string): Promise<boolean> {
    const text = JSON.stringify(position);
    return (await this.connection.run((redis) => redis.eval(SAVE, 2, SWEEP_LEASE, POSITION, owner, text))) === 1;
  }
}

import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock, type Timer } from '../config/clock.ts';
import { inTime } from './in-time.ts';
import { ACQUIRE_LEASES, RELEASE_LEASES, RENEW_LEASES } from './lease-scripts.ts';
import { RedisConnection } from './redis-connection.ts';
import { numbersIn } from './reply-numbers.ts';

export interface LeaseOptions {
  /** How long a lease outlives a holder that has died. A living holder renews it every quarter of this time. */
  readonly ttlMs: number;
  /** Called once for each name that Redis no longer holds for this owner, for example after a pause longer than the ttl. */
  readonly onLost?: (name: string) => void;
  /** The message that a release publishes in the same step. A lease that expires publishes nothing. */
  readonly onRelease?: { readonly channel: string; readonly message: (names: readonly string[]) => string };
}

/** Leases by name in Redis: each name has one holder in all processes. */
@Injectable()
export class RedisLeases {
  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
  ) {}

  /**
   * Requests several leases in one round trip. Each is granted independently.
   * @param names Redis keys of one cluster slot, at least one
   * @param withinMs how long the caller waits; a lease that is granted later is released
   * @returns the outcome for each name; undefined when Redis does not answer in time. A lease whose grant was lost with the
   * answer ends after `ttlMs`.
   */
  async acquire(names: readonly string[], options: LeaseOptions, withinMs = Infinity): Promise<RedisLease | undefined> {
    if (withinMs <= 0) return undefined;
    const asked = this.ask(names, options);
    return inTime(this.clock, withinMs, asked).catch(() => {
      void asked.then((lease) => lease?.release());
      return undefined;
    });
  }

  private async ask(names: readonly string[], options: LeaseOptions): Promise<RedisLease | undefined> {
    const owner = randomUUID();
    const reply = await this.connection.tryRun((redis) =>
      redis.eval(ACQUIRE_LEASES, names.length, ...names, owner, options.ttlMs),
    );
    const numbers = numbersIn(reply, names.length);
    if (!numbers) return undefined;
    const leftMs = new Map(names.map((name, index) => [name, numbers[index] ?? 0]));
    return new RedisLease(this.clock, this.connection, owner, leftMs, options);
  }
}

/** The result of one `acquire`: the leases that were granted, under one owner, and how long the others are still held. */
export class RedisLease {
  /** The names whose lease was granted, in the requested order. */
  readonly granted: readonly string[];
  /** The other names, with the milliseconds that their holder has left; a living holder renews it. */
  readonly taken: ReadonlyMap<string, number>;
  /** The granted names that were neither released nor lost. */
  private readonly held: Set<string>;
  private readonly renewal: Timer | undefined;

  /** @param leftMs milliseconds that another holder has left, by name; 0: granted */
  constructor(
    clock: Clock,
    private readonly connection: RedisConnection,
    /** The value of the Redis keys that are granted. */
    readonly owner: string,
    leftMs: ReadonlyMap<string, number>,
    private readonly options: LeaseOptions,
  ) {
    this.granted = [...leftMs].filter(([, ms]) => ms === 0).map(([name]) => name);
    this.taken = new Map([...leftMs].filter(([, ms]) => ms !== 0));
    this.held = new Set(this.granted);
    if (this.held.size > 0) this.renewal = clock.every(options.ttlMs / 4, () => void this.renew());
  }

  /**
   * Releases these leases, or all that are still held. Only what this owner still holds is deleted and published. Never
   * fails: a lease whose release does not reach Redis expires.
   */
  async release(names: readonly string[] = this.granted): Promise<void> {
    const released = names.filter((name) => this.held.has(name));
    if (released.length === 0) return;
    for (const name of released) this.end(name);
    const { onRelease } = this.options;
    const message = onRelease ? [onRelease.channel, onRelease.message(released)] : [];
    await this.connection.tryRun((redis) =>
      redis.eval(RELEASE_LEASES, released.length, ...released, this.owner, ...message),
    );
  }

  private async renew(): Promise<void> {
    const names = [...this.held];
    const reply = await this.connection.tryRun((redis) =>
      redis.eval(RENEW_LEASES, names.length, ...names, this.owner, this.options.ttlMs),
    );
    if (!Array.isArray(reply)) return; // The next renewal finds out.
    // Leases released meanwhile are not lost.
    for (const name of names.filter((one, index) => reply[index] === 0 && this.held.has(one))) {
      this.end(name);
      this.options.onLost?.(name);
    }
  }

  private end(name: string): void {
    this.held.delete(name);
    if (this.held.size === 0) this.renewal?.cancel();
  }
}

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CustomerKey, type ProfileEntry, type ProfileKey } from './profile-entry.ts';

/** An entry as this process has it. */
export interface LocalCopy {
  readonly entry: ProfileEntry;
  /** Redis's generation number when it was read or written; null: Redis was not asked. */
  readonly generation: string | null;
  /** Whether Redis has it, too, as far as this process knows. */
  readonly isShared: boolean;
}

interface HeldCopy extends LocalCopy {
  /** Until then it is answered with without asking Redis. */
  readonly until: number;
  readonly epoch: number;
  readonly bytes: number;
}

interface Customer {
  readonly generation: number;
  readonly byVariant: ReadonlyMap<string, HeldCopy>;
}

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_VARIANTS = 16;

/**
 * The in-process copies of entries, bounded by bytes. Beside a Redis they are answered with for `CACHE_LOCAL_SECONDS`;
 * after that only when Redis cannot say otherwise. Entries are never changed after they are made, so they are shared.
 */
@Injectable()
export class MemoryCache {
  private readonly customers = new LRUCache<string, Customer>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ byVariant }) => 1 + [...byVariant.values()].reduce((sum, { bytes }) => sum + bytes, 0),
  });
  private generations = 0;
  private epoch = 0;
  private readonly lifetimeMs: number;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    this.lifetimeMs = config.redis === null ? Infinity : config.cache.localSeconds * 1000;
  }

  /** What may be answered with without asking Redis. */
  get(key: ProfileKey): ProfileEntry | null {
    const copy = this.customers.get(nameOf(key))?.byVariant.get(key.variant);
    if (copy?.epoch !== this.epoch) return null;
    const leftMs = copy.until - this.clock.now();
    // More than there was at first: the clock was put back.
    return leftMs > 0 && leftMs <= this.lifetimeMs ? copy.entry : null;
  }

  /** What this process had last, however old; whether it may still be used is for the caller to find out. */
  peekExpired(key: ProfileKey): LocalCopy | null {
    return this.customers.get(nameOf(key))?.byVariant.get(key.variant) ?? null;
  }

  /** What an invalidation counts up in this process. */
  generation(key: CustomerKey): number {
    return this.customers.peek(nameOf(key))?.generation ?? 0;
  }

  /**
   * Keeps the copy unless the customer was forgotten since `generation` was read. Beyond a number of variants they give
   * way to the newest.
   */
  put(copy: LocalCopy, generation: number): void {
    const { redis, cache } = this.config;
    const { key } = copy.entry;
    const present = this.customers.peek(nameOf(key));
    if ((redis !== null && cache.localSeconds === 0) || (present?.generation ?? 0) !== generation) return;
    const until = this.clock.now() + this.lifetimeMs;
    const others = (present?.byVariant.size ?? 0) >= MAX_VARIANTS ? [] : (present?.byVariant ?? []);
    const held = { ...copy, until, epoch: this.epoch, bytes: copy.entry.bytes };
    this.customers.set(nameOf(key), { generation, byVariant: new Map(others).set(key.variant, held) });
  }

  /** Drops all copies of a customer; what was read before this moment is not kept any more. */
  invalidate(customer: CustomerKey): void {
    this.generations += 1;
    this.customers.set(nameOf(customer), { generation: this.generations, byVariant: new Map() });
  }

  /** From now on no copy is answered with before Redis has been asked: news may have been missed. */
  requireRevalidation(): void {
    this.epoch += 1;
  }
}

const nameOf = ({ organisation, customerId }: CustomerKey): string => `${organisation}:${customerId}`;

import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type ProfileEntry, type ProfileKey } from './profile-entry.ts';

interface Copies {
  readonly generation: number;
  readonly byVariant: ReadonlyMap<
    string,
    { readonly entry: ProfileEntry; readonly until: number; readonly bytes: number }
  >;
}

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_VARIANTS = 16;

/**
 * The in-process copies of entries: seconds old at most beside a Redis, as old as an entry may be without one. Bounded
 * by bytes. Entries are never changed after they are made, so they are shared as they are.
 */
@Injectable()
export class LocalCopies {
  private readonly copies = new LRUCache<string, Copies>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ byVariant }) => 1 + [...byVariant.values()].reduce((sum, { bytes }) => sum + bytes, 0),
  });
  private generations = 0;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  get(key: ProfileKey): ProfileEntry | null {
    const copy = this.copies.get(customerOf(key))?.byVariant.get(key.variant);
    return copy && this.clock.now() < copy.until ? copy.entry : null;
  }

  /** What an invalidation in this process counts up. */
  generation(key: ProfileKey): number {
    return this.copies.peek(customerOf(key))?.generation ?? 0;
  }

  /** Keeps the entry unless the customer was forgotten since `generation` was read. `alone`: drops the other variants. */
  put(
    key: ProfileKey,
    entry: ProfileEntry,
    bytes: number,
    lifetimeMs: number,
    generation: number,
    alone: boolean,
  ): void {
    const { redis, cache } = this.config;
    const keptMs = redis === null ? lifetimeMs : Math.min(lifetimeMs, cache.localSeconds * 1000);
    const present = this.copies.peek(customerOf(key));
    if (keptMs <= 0 || (present?.generation ?? 0) !== generation) return;
    const others = alone || (present?.byVariant.size ?? 0) >= MOST_VARIANTS ? [] : (present?.byVariant ?? []);
    const byVariant = new Map(others).set(key.variant, { entry, until: this.clock.now() + keptMs, bytes });
    this.copies.set(customerOf(key), { generation, byVariant });
  }

  forget(customer: Omit<ProfileKey, 'variant'>): void {
    this.generations += 1;
    this.copies.set(customerOf(customer), { generation: this.generations, byVariant: new Map() });
  }
}

const customerOf = ({ organisation, customerId }: Omit<ProfileKey, 'variant'>): string =>
  `${organisation}:${customerId}`;

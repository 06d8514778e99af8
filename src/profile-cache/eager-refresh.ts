import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.ts';
import { type ProfileKey } from './cache-keys.ts';

/** The last part of the fresh time, in which reads are counted. */
const AHEAD_SHARE = 0.1;
const POPULAR_READS = 3;

/** Finds the customers that are worth refreshing before they are due: those still being read shortly before it. */
@Injectable()
export class EagerRefresh {
  /** How long before it is due a popular customer is refreshed. */
  readonly aheadMs: number;
  private readonly reads = new LRUCache<string, { readonly dueAt: number; count: number }>({ max: 10_000 });

  constructor({ cache }: Config) {
    this.aheadMs = AHEAD_SHARE * cache.freshSeconds * 1000;
  }

  /** Counts a read. @returns true once for each `dueAt`: when it is time to refresh ahead */
  shouldRefresh({ organisation, customerId, variant }: ProfileKey, dueAt: number, now: number): boolean {
    if (dueAt - now > this.aheadMs) return false;
    const name = `${organisation}:${customerId}:${variant}`;
    const known = this.reads.get(name);
    if (known?.dueAt !== dueAt) {
      this.reads.set(name, { dueAt, count: 1 });
      return false;
    }
    known.count += 1;
    return known.count === POPULAR_READS;
  }
}

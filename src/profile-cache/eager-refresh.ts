import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.ts';
import { type ProfileKey } from './cache-keys.ts';
import { ownedText } from './owned-memory.ts';

/** The share of the fresh time, at its end, in which reads are counted. */
const WINDOW_SHARE = 0.1;
const POPULAR_READS = 3;
/** Some 200 bytes each, because ids are bounded. */
const MAX_COUNTED = 10_000;

/** Finds the customers that are worth refreshing before they are due: those that are still read shortly before. */
@Injectable()
export class EagerRefresh {
  /** How long before its due time a popular customer is refreshed. */
  readonly windowMs: number;
  private readonly reads = new LRUCache<string, { readonly dueAt: number; count: number }>({ max: MAX_COUNTED });

  constructor({ cache }: Config) {
    this.windowMs = WINDOW_SHARE * cache.freshSeconds * 1000;
  }

  /** Counts a read. @returns true when it is time to refresh eagerly, once for each `dueAt` */
  shouldRefresh({ organisation, customerId, variant }: ProfileKey, dueAt: number, now: number): boolean {
    if (dueAt - now > this.windowMs) return false;
    const name = `${organisation}:${customerId}:${variant}`;
    const counted = this.reads.get(name);
    if (counted?.dueAt !== dueAt) {
      this.reads.set(ownedText(name), { dueAt, count: 1 });
      return false;
    }
    counted.count += 1;
    return counted.count === POPULAR_READS;
  }
}

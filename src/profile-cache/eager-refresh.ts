import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.ts';
import { type ProfileKey } from './cache-keys.ts';
import { ownedText } from './owned-memory.ts';

/** The last part of the fresh time, in which reads are counted. */
const WINDOW_SHARE = 0.1;
const POPULAR_READS = 3;
/** Some 200 bytes each, as ids are bounded. */
const MAX_COUNTED = 10_000;

/** Finds the customers that are worth refreshing before they are due: those still being read shortly before it. */
@Injectable()
export class EagerRefresh {
  /** How long before it is due a popular customer is refreshed. */
  readonly windowMs: number;
  private readonly reads = new LRUCache<string, { readonly dueAt: number; count: number }>({ max: MAX_COUNTED });

  constructor({ cache }: Config) {
    this.windowMs = WINDOW_SHARE * cache.freshSeconds * 1000;
  }

  /** Counts a read. @returns true once for each `dueAt`: when it is time to refresh eagerly */
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

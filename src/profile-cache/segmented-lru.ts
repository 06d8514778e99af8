import { LRUCache } from 'lru-cache';
import { ownedText } from './owned-memory.ts';

/** The share of the room for values that were not used again yet. */
const PROBATION_SHARE = 0.2;

/**
 * A segmented LRU cache, bounded by bytes. A value begins on probation and is protected once it is used again, so many values
 * that are used once evict one another and none that is in use.
 */
export class SegmentedLru<V extends object> {
  private readonly probation: LRUCache<string, V>;
  private readonly protectedOnes: LRUCache<string, V>;

  /** @param sizeCalculation the bytes of a value */
  constructor(maxBytes: number, sizeCalculation: (value: V) => number) {
    const probationBytes = Math.round(maxBytes * PROBATION_SHARE);
    this.probation = new LRUCache({ maxSize: probationBytes, sizeCalculation });
    this.protectedOnes = new LRUCache({ maxSize: maxBytes - probationBytes, sizeCalculation });
  }

  /** The bytes of all values. */
  get bytes(): number {
    return this.probation.calculatedSize + this.protectedOnes.calculatedSize;
  }

  /** The value, which is protected from now on. */
  use(name: string): V | undefined {
    const used = this.protectedOnes.get(name);
    if (used) return used;
    const found = this.probation.get(name);
    if (!found) return undefined;
    this.probation.delete(name);
    this.protectedOnes.set(ownedText(name), found);
    return found;
  }

  /** The value; it stays in its segment. */
  get(name: string): V | undefined {
    return this.protectedOnes.get(name) ?? this.probation.get(name);
  }

  /** Puts a value in the place of the one of this name, or on probation. */
  set(name: string, value: V): void {
    const segment = this.protectedOnes.has(name) ? this.protectedOnes : this.probation;
    segment.set(ownedText(name), value);
  }

  delete(name: string): void {
    this.probation.delete(name);
    this.protectedOnes.delete(name);
  }

  clear(): void {
    this.probation.clear();
    this.protectedOnes.clear();
  }
}

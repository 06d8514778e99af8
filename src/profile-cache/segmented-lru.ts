import { LRUCache } from 'lru-cache';
import { ownedText } from './owned-memory.ts';

/** The largest share of the room that is protected. A value that leaves it is on probation again. */
const PROTECTED_SHARE = 0.8;

/**
 * A segmented LRU cache, bounded by bytes. A value begins on probation and is protected once it is used again. It evicts
 * values on probation first, so many values that are used once evict one another and no protected value.
 */
export class SegmentedLru<V extends object> {
  private readonly probation: LRUCache<string, V>;
  private readonly protectedOnes: LRUCache<string, V>;

  /** @param sizeCalculation the bytes of a value */
  constructor(
    private readonly maxBytes: number,
    sizeCalculation: (value: V) => number,
  ) {
    this.probation = new LRUCache({ maxSize: maxBytes, sizeCalculation });
    this.protectedOnes = new LRUCache({
      maxSize: Math.floor(PROTECTED_SHARE * maxBytes),
      sizeCalculation,
      disposeAfter: (value, name, reason) => {
        if (reason === 'evict') this.probation.set(name, value);
      },
    });
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

  /** Replaces the value of this name in its segment; a new one begins on probation. */
  set(name: string, value: V): void {
    const segment = this.protectedOnes.has(name) ? this.protectedOnes : this.probation;
    segment.set(ownedText(name), value);
    this.trim();
  }

  delete(name: string): void {
    this.probation.delete(name);
    this.protectedOnes.delete(name);
  }

  clear(): void {
    this.probation.clear();
    this.protectedOnes.clear();
  }

  private trim(): void {
    while (this.bytes > this.maxBytes) (this.probation.size > 0 ? this.probation : this.protectedOnes).pop();
  }
}

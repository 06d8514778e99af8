import keySlot from 'cluster-key-slot';

const SLOTS = 16_384;

/**
 * The shortest hash tag of each slot of a Redis Cluster. It reveals nothing about the keys in the slot. The table is filled
 * on demand; filling it completely takes some 20 ms.
 */
export class SlotTags {
  private readonly tags: string[] = [];
  private found = 0;
  private tried = 0;

  /** A hash tag of one to four letters and digits that falls into the same slot as the hash tag `other`. */
  beside(other: string): string {
    const slot = keySlot(other);
    for (; this.tags[slot] === undefined && this.found < SLOTS; this.tried += 1) this.add(this.tried.toString(36));
    return this.tags[slot] ?? '';
  }

  private add(tag: string): void {
    const slot = keySlot(tag);
    if (this.tags[slot] !== undefined) return;
    this.tags[slot] = tag;
    this.found += 1;
  }
}

import keySlot from 'cluster-key-slot';

const SLOTS = 16_384;

/** The shortest hash tag of each slot. It tells nothing about the keys in the slot. */
const tags: string[] = [];
let found = 0;
let tried = 0;

/**
 * A hash tag of one to four letters and digits that falls into the same slot of a Redis Cluster as the hash tag `other`. The table is filled as
 * far as it is needed; the whole of it takes some 20 ms.
 */
export function tagBeside(other: string): string {
  const slot = keySlot(other);
  for (; tags[slot] === undefined && found < SLOTS; tried += 1) {
    const tag = tried.toString(36);
    const its = keySlot(tag);
    if (tags[its] !== undefined) continue;
    tags[its] = tag;
    found += 1;
  }
  return tags[slot] ?? '';
}

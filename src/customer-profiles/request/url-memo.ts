import { LRUCache } from 'lru-cache';

export const MAX_BYTES = 16 * 1024 * 1024;
/** A value, and the places of both in the cache. */
const ENTRY_BYTES = 900;
/** The names in a URL are kept twice beside it: as one text without percent-encoding, and one by one. */
const COPIES = 3;

/**
 * Remembers what URLs were found to ask for. A URL may be as long as the request's headers, so their bytes are bounded and not their
 * number.
 */
export const urlMemo = <T extends object>(): LRUCache<string, T> =>
  new LRUCache<string, T>({
    maxSize: MAX_BYTES,
    sizeCalculation: (_value, url) => ENTRY_BYTES + COPIES * url.length,
  });

import { LRUCache } from 'lru-cache';

export const MAX_BYTES = 16 * 1024 * 1024;
/** The approximate memory of an entry without its URL. */
const ENTRY_BYTES = 900;
/** The names in a URL are stored twice in addition to it: as one text without percent-encoding, and one by one. */
const COPIES = 3;

/**
 * Remembers the parsed queries of URLs. A URL may be as long as the request's headers, so the memo bounds bytes and not the
 * number of URLs.
 */
export const urlMemo = <T extends object>(): LRUCache<string, T> =>
  new LRUCache<string, T>({
    maxSize: MAX_BYTES,
    sizeCalculation: (_value, url) => ENTRY_BYTES + COPIES * url.length,
  });

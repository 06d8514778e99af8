import { LRUCache } from 'lru-cache';

const MAX_URLS = 10_000;
export const MAX_BYTES = 16 * 1024 * 1024;
/** About what a remembered value takes beside its URL and the names in it. */
const VALUE_BYTES = 1024;

/** Remembers what URLs were found to ask for. A URL may be as long as the request's headers, so bytes are bounded, too. */
export const urlMemo = <T extends object>(): LRUCache<string, T> =>
  new LRUCache<string, T>({
    max: MAX_URLS,
    maxSize: MAX_BYTES,
    sizeCalculation: (_value, url) => VALUE_BYTES + url.length,
  });

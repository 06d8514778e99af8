/** A key for receipts: its id, `public:` when it signs no more, and its 32 bytes in base64. */
export const SIGNING_KEY = /^([\w-]{1,64}):(public:)?([A-Za-z0-9+/]{43}=)$/;

/** Whether these are such keys, each id once, and the first one signs. */
export function areSigningKeys(items: readonly string[]): boolean {
  const pairs = items.map((item) => SIGNING_KEY.exec(item));
  if (pairs.some((pair) => pair === null) || pairs[0]?.[2] !== undefined) return false;
  return new Set(pairs.map((pair) => pair?.[1])).size === pairs.length;
}

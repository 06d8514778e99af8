/**
 * The pieces, one after the other, in memory that nothing else shares. Everything kept beyond a request lies in such memory: a small
 * Buffer that Node makes is a view of 64 kB, and holds all of them.
 */
export function ownedBytes(pieces: readonly Uint8Array[]): Buffer {
  const owned = Buffer.allocUnsafeSlow(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    owned.set(piece, end);
    end += piece.length;
  }
  return owned;
}

/** Whether nothing else shares the memory. */
export const isOwned = ({ buffer, byteLength }: Uint8Array): boolean => buffer.byteLength === byteLength;

/** The text in memory that nothing else shares: a text that was cut or put together from other texts may hold these. */
export const ownedText = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

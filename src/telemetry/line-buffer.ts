/** The size of one write, in characters: the capacity of a pipe. */
const PIECE_LENGTH = 64 * 1024;
/** Maximum number of waiting characters: some 15,000 lines. */
const MAX_LENGTH = 4 * 1024 * 1024;

/** Lines that wait to be written, in order. Beyond a bound it drops and counts new ones. */
export class LineBuffer {
  /** Lines that were dropped since the start. */
  dropped = 0;
  /** Characters that wait. */
  length = 0;
  /** Whole lines, joined to pieces of up to `PIECE_LENGTH`. */
  private readonly pieces: string[] = [];
  /** The unwritten rest of the first piece, and the length that the piece had. */
  private rest: Buffer | null = null;
  private firstLength = 0;

  /** @param line with its end */
  add(line: string): void {
    if (this.length + line.length > MAX_LENGTH) {
      this.dropped += 1;
      return;
    }
    this.length += line.length;
    const last = this.pieces.length - 1;
    const piece = this.pieces[last];
    if (piece === undefined || piece.length + line.length > PIECE_LENGTH) this.pieces.push(line);
    else this.pieces[last] = piece + line;
  }

  /** Whether no piece is partly written. */
  get isAtPieceEnd(): boolean {
    return this.rest === null;
  }

  /** The next bytes to write, the same ones until they are `written`; null: there are none. */
  next(): Buffer | null {
    if (this.rest) return this.rest;
    const piece = this.pieces.shift();
    if (piece === undefined) return null;
    this.firstLength = piece.length;
    this.rest = Buffer.from(piece);
    return this.rest;
  }

  /** Notes that this many of the bytes of `next` are written. */
  written(count: number): void {
    if (this.rest && count < this.rest.length) {
      this.rest = this.rest.subarray(count);
      return;
    }
    this.rest = null;
    this.length -= this.firstLength;
  }
}

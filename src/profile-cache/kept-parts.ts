import { ownedBytes, ownedText } from './owned-memory.ts';
import { type Part } from './part.ts';

/** Parts by field. */
export type PartFields = ReadonlyMap<string, Part>;

/** Reads a part from the bytes of its field; null: it cannot be read. */
export type ReadPart = (field: string, value: Buffer) => Part | null;

/** The part in the state in which it may be used now; null: it may not be used. */
export type JudgePart = (field: string, part: Part) => Part | null;

const asItIs: JudgePart = (_field, part) => part;

/** The approximate memory of a field without its content: its name and its length. */
const FIELD_BYTES = 100;

/**
 * Parts as bytes in one piece of memory of their own. It parses them on demand, and the garbage collector may free the
 * objects again: as objects, parts take several times their bytes.
 */
export class KeptParts {
  readonly bytes: number;
  private lastRead: WeakRef<PartFields> | null = null;

  private constructor(
    private readonly fields: readonly { readonly name: string; readonly length: number }[],
    private readonly content: Buffer,
    private readonly readPart: ReadPart,
    private readonly judge: JudgePart,
  ) {
    this.bytes = this.content.length + FIELD_BYTES * this.fields.length;
  }

  static from(values: readonly (readonly [field: string, value: Uint8Array])[], readPart: ReadPart): KeptParts {
    const fields = values.map(([name, { length }]) => ({ name, length }));
    return new KeptParts(fields, ownedBytes(values.map(([, value]) => value)), readPart, asItIs);
  }

  /** Stores these parts as JSON. */
  static of(parts: PartFields): KeptParts {
    const kept = KeptParts.from(
      [...parts].map(([field, part]) => [ownedText(field), Buffer.from(JSON.stringify(part))]),
      (_field, value) => JSON.parse(value.toString()) as Part,
    );
    kept.lastRead = new WeakRef(parts);
    return kept;
  }

  /** The same bytes with another judge. */
  judgedBy(judge: JudgePart): KeptParts {
    return new KeptParts(this.fields, this.content, this.readPart, judge);
  }

  read(): PartFields {
    const lastRead = this.lastRead?.deref();
    if (lastRead) return lastRead;
    const parts = this.readAll();
    this.lastRead = new WeakRef(parts);
    return parts;
  }

  private readAll(): PartFields {
    const parts = new Map<string, Part>();
    let start = 0;
    for (const { name, length } of this.fields) {
      const read = this.readPart(name, this.content.subarray(start, start + length));
      const part = read && this.judge(name, read);
      if (part) parts.set(name, part);
      start += length;
    }
    return parts;
  }
}

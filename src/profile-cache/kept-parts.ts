import { ownedBytes, ownedText } from './owned-memory.ts';
import { type Part } from './part.ts';

/** Parts by field. */
export type PartFields = ReadonlyMap<string, Part>;

/** Reads a part from the bytes of its field; null: it cannot be read. */
export type ReadPart = (field: string, value: Buffer) => Part | null;

/** About what a field takes beside its bytes: its name, and where it ends. */
const FIELD_BYTES = 100;

/**
 * Parts as bytes in one piece of memory of their own. They are read when they are asked for, and what was read may be taken by
 * the garbage collector: as objects, parts take several times their bytes.
 */
export class KeptParts {
  readonly bytes: number;
  private readonly fields: readonly { readonly name: string; readonly length: number }[];
  private readonly content: Buffer;
  private lastRead: WeakRef<PartFields> | null = null;

  constructor(
    values: readonly (readonly [field: string, value: Uint8Array])[],
    private readonly readPart: ReadPart,
  ) {
    this.fields = values.map(([name, { length }]) => ({ name, length }));
    this.content = ownedBytes(values.map(([, value]) => value));
    this.bytes = this.content.length + FIELD_BYTES * this.fields.length;
  }

  /** These parts as JSON. */
  static of(parts: PartFields): KeptParts {
    const kept = new KeptParts(
      [...parts].map(([field, part]) => [ownedText(field), Buffer.from(JSON.stringify(part))]),
      (_field, value) => JSON.parse(value.toString()) as Part,
    );
    kept.lastRead = new WeakRef(parts);
    return kept;
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
      const part = this.readPart(name, this.content.subarray(start, start + length));
      if (part) parts.set(name, part);
      start += length;
    }
    return parts;
  }
}

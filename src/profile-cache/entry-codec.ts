import { crc32 } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { open, seal } from '../redis/cipher.ts';
import { isObject } from '../json/json.ts';
import { isParts, type Parts, type ProfileEntry, type ProfileKey } from './profile-entry.ts';
import { entriesKey } from './redis-keys.ts';
import { type CachedResponse } from './cached-response.ts';

const SUM_BYTES = 4;
const LINE_FEED = 10;

/** The first line of an encoded entry: whose it is, and how long the answer's body is. */
interface Head {
  readonly key: ProfileKey;
  readonly mergeKey: string;
  readonly answer: Omit<CachedResponse, 'body'> | null;
  readonly bodyBytes: number;
}

/**
 * An entry as bytes: a checksum of the rest, a line of JSON, the answer's body as it is sent, and the parts as JSON. A hit
 * reads the line and sends the body; the parts are read only by who needs them.
 */
export function encodeEntry({ key, mergeKey, answer, parts }: ProfileEntry): Buffer {
  const { body = Buffer.alloc(0), ...times } = answer ?? {};
  const partsJson = Buffer.from(JSON.stringify(parts));
  const head: Head = {
    key,
    mergeKey,
    answer: answer ? (times as Head['answer']) : null,
    bodyBytes: body.length,
  };
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body, partsJson]);
  const sum = Buffer.alloc(SUM_BYTES);
  sum.writeUInt32BE(crc32(content));
  return Buffer.concat([sum, content]);
}

/** Entries as they lie in Redis: sealed under the name of their place when there are keys to seal with. */
@Injectable()
export class EntryCodec {
  constructor(private readonly config: Config) {}

  encode(entry: ProfileEntry): Buffer {
    const [sealing] = this.config.encryptionKeys;
    const bytes = encodeEntry(entry);
    return sealing ? seal(bytes, placeOf(entry.key), sealing) : bytes;
  }

  /** @returns null for anything that is not an entry of exactly this key: corrupt, foreign, or another customer's */
  decode(value: Buffer, key: ProfileKey): ProfileEntry | null {
    const { encryptionKeys } = this.config;
    // A copy: what the Redis client hands out is a piece of a larger buffer, and entries are kept.
    const bytes = encryptionKeys.length === 0 ? Buffer.from(value) : open(value, placeOf(key), encryptionKeys);
    return bytes && decodeEntry(bytes, key);
  }
}

const placeOf = (key: ProfileKey): string => `${entriesKey(key)} ${key.variant}`;

/** @returns null for anything that is not an entry of exactly this key: corrupt, foreign, or another customer's */
export function decodeEntry(bytes: Buffer, key: ProfileKey): ProfileEntry | null {
  const content = bytes.subarray(SUM_BYTES);
  const lineEnd = content.indexOf(LINE_FEED);
  if (lineEnd < 0 || bytes.readUInt32BE(0) !== crc32(content)) return null;
  const head = parsed(content.subarray(0, lineEnd));
  if (!isObject(head) || !isObject(head.key)) return null;
  const { organisation, customerId, variant } = head.key;
  if (organisation !== key.organisation || customerId !== key.customerId || variant !== key.variant) return null;
  // The sum is right and the key is ours: from here on it is what some process of this shape version has written.
  const made = head as unknown as Head;
  const bodyEnd = lineEnd + 1 + made.bodyBytes;
  return new DecodedEntry(key, made, content.subarray(lineEnd + 1, bodyEnd), content.subarray(bodyEnd));
}

/** undefined for what is not JSON. */
function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString());
  } catch {
    return undefined;
  }
}

/** Reads its parts when they are first asked for. */
class DecodedEntry implements ProfileEntry {
  readonly mergeKey: string;
  readonly answer: CachedResponse | null;
  readonly bytes: number;
  private decoded: Parts | null = null;

  constructor(
    readonly key: ProfileKey,
    head: Head,
    body: Buffer,
    private readonly partsJson: Buffer,
  ) {
    this.mergeKey = head.mergeKey;
    this.answer = head.answer ? { ...head.answer, body } : null;
    this.bytes = body.length + 3 * partsJson.length;
  }

  /** Parts of another shape than ours are none: then every source is asked. */
  get parts(): Parts {
    if (this.decoded) return this.decoded;
    const parts = parsed(this.partsJson);
    this.decoded = isObject(parts) && isParts(parts) ? parts : {};
    return this.decoded;
  }
}

import { Injectable } from '@nestjs/common';
import { crc32 } from 'node:zlib';
import { Config } from '../../config/config.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { isObject } from '../../json/json.ts';
import { open, seal } from '../../redis/cipher.ts';
import { customerHash } from '../cache-keys.ts';
import { bodyOf, type CachedResponse } from '../cached-response.ts';
import { type Part } from '../part.ts';
import { pack, unpack } from './packed-bytes.ts';
import { partContent, partFrom, stampOf } from './part-content.ts';

const SUM_BYTES = 4;
const LINE_FEED = 10;
/** The first line of a response. The first line of a part is its stamp. */
const RESPONSE_LINE = 'response';

/**
 * The fields of a customer's hash as bytes: a line in the clear for the scripts, then the packed content. With encryption
 * keys the content is sealed together with the name of its place; without them a checksum covers both.
 */
@Injectable()
export class FieldCodec {
  constructor(private readonly config: Config) {}

  encodePart(customer: CustomerKey, field: string, part: Part): Buffer {
    const stamp = stampOf(part);
    return this.encode(customer, field, stamp, Buffer.from(partContent(part, stamp)));
  }

  encodeResponse(customer: CustomerKey, field: string, { body, ...head }: CachedResponse): Buffer {
    return this.encode(
      customer,
      field,
      RESPONSE_LINE,
      Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), Buffer.from(body)]),
    );
  }

  /** @returns null unless it is a part of exactly this customer and field */
  decodePart(customer: CustomerKey, field: string, value: Buffer): Part | null {
    const { line, content } = this.decode(customer, field, value) ?? {};
    return line === undefined || !content ? null : partFrom(line, parsed(content));
  }

  /** @returns null unless it is a response of exactly this customer and field */
  decodeResponse(customer: CustomerKey, field: string, value: Buffer): CachedResponse | null {
    const { line, content } = this.decode(customer, field, value) ?? {};
    if (!content || line !== RESPONSE_LINE) return null;
    const lineEnd = content.indexOf(LINE_FEED);
    const head = lineEnd === -1 ? undefined : parsed(content.subarray(0, lineEnd));
    if (!isObject(head)) return null;
    // Checksum and place are right, so a process with this format version has written it.
    return { ...head, body: bodyOf(content.subarray(lineEnd + 1)) } as unknown as CachedResponse;
  }

  private encode(customer: CustomerKey, field: string, line: string, bytes: Buffer): Buffer {
    const content = pack(bytes);
    const [key] = this.config.encryptionKeys;
    const place = placeOf(customer, field, line);
    const start = Buffer.from(`${line}\n`);
    if (key) return Buffer.concat([start, seal(content, place, key)]);
    const sum = Buffer.alloc(SUM_BYTES);
    sum.writeUInt32BE(crc32(content, crc32(place)));
    return Buffer.concat([start, sum, content]);
  }

  private decode(
    customer: CustomerKey,
    field: string,
    value: Buffer,
  ): { readonly line: string; readonly content: Buffer } | null {
    const lineEnd = value.indexOf(LINE_FEED);
    if (lineEnd < 0) return null;
    const line = value.toString('latin1', 0, lineEnd);
    const packed = this.opened(value.subarray(lineEnd + 1), placeOf(customer, field, line));
    const content = packed && unpack(packed);
    return content && { line, content };
  }

  private opened(sealed: Buffer, place: string): Buffer | null {
    const { encryptionKeys } = this.config;
    if (encryptionKeys.length > 0) return open(sealed, place, encryptionKeys);
    if (sealed.length < SUM_BYTES) return null;
    const content = sealed.subarray(SUM_BYTES);
    return sealed.readUInt32BE(0) === crc32(content, crc32(place)) ? content : null;
  }
}

const placeOf = (customer: CustomerKey, field: string, line: string): string =>
  `${customerHash(customer)} ${field} ${line}`;

/** The parsed JSON; undefined when it is not JSON. */
function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString());
  } catch {
    return undefined;
  }
}

import { Injectable } from '@nestjs/common';
import { crc32 } from 'node:zlib';
import { Config } from '../../config/config.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { isObject } from '../../json/json.ts';
import { open, seal } from '../../redis/cipher.ts';
import { customerHash } from '../cache-keys.ts';
import { bodyOf, type CachedResponse } from '../cached-response.ts';
import { isDefinite, isPart, type Part } from '../part.ts';

const SUM_BYTES = 4;
const LINE_FEED = 10;
/** The first line of a response. The first line of a part is its stamp. */
const RESPONSE_LINE = 'response';

/**
 * The fields of a customer's hash as bytes: a line in the clear for the scripts, then the content. With encryption keys the
 * content is sealed together with the name of its place; without them a checksum covers both.
 */
@Injectable()
export class FieldCodec {
  constructor(private readonly config: Config) {}

  encodePart(customer: CustomerKey, field: string, part: Part): Buffer {
    return this.encode(customer, field, stampOf(part), Buffer.from(JSON.stringify(part)));
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
    const content = this.decode(customer, field, value)?.content;
    const part = content && parsed(content);
    return isPart(part) ? part : null;
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

  private encode(customer: CustomerKey, field: string, line: string, content: Buffer): Buffer {
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
    const place = placeOf(customer, field, line);
    const rest = value.subarray(lineEnd + 1);
    const { encryptionKeys } = this.config;
    if (encryptionKeys.length > 0) {
      const content = open(rest, place, encryptionKeys);
      return content && { line, content };
    }
    if (rest.length < SUM_BYTES) return null;
    const content = rest.subarray(SUM_BYTES);
    return rest.readUInt32BE(0) === crc32(content, crc32(place)) ? { line, content } : null;
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

/**
 * The stamp by which the scripts compare parts: whether it is definite, when it was fetched and last checked, until when it
 * is usable (epoch ms), and the last wide invalidation before its call.
 */
export function stampOf(part: Part): string {
  return [isDefinite(part) ? 1 : 0, part.fetchedAt, part.checkedAt, part.staleUntil, part.seen?.[0] ?? 0]
    .map(Math.floor)
    .join(' ');
}

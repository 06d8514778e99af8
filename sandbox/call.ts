import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

const MAX_BODY_BYTES = 1_048_576;

/** One request, read to its end. */
export interface Call {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** As sent: still percent-encoded, dot segments kept, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Header names in the order and spelling sent. */
  readonly headerNames: readonly string[];
  readonly body: string;
}

/** Reads a request whole; undefined when the caller left in the middle of it, or was cut off above 1 MiB. */
export async function readCall(request: IncomingMessage): Promise<Call | undefined> {
  const body = await readBody(request);
  if (body === undefined) return undefined;
  const target = request.url ?? '/';
  const queryAt = target.indexOf('?');
  return {
    method: request.method ?? 'GET',
    target,
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    query: new URLSearchParams(queryAt < 0 ? '' : target.slice(queryAt)),
    headers: request.headers,
    headerNames: request.rawHeaders.filter((_, index) => index % 2 === 0),
    body,
  };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) {
        request.socket.destroy();
        return undefined;
      }
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A header's value; undefined when it is absent or empty. Repeated headers are joined, as node does. */
export function header(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text === '' ? undefined : text;
}

/** A path segment without its percent-encoding; undefined when that is malformed (`%zz`, `%ff`). */
export function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Whether a header names exactly this media type; parameters such as `charset` are allowed, lists and wildcards are not. */
export function isMediaType(value: string | undefined, mediaType: string): boolean {
  if (value === undefined || value.includes(',')) return false;
  return value.split(';', 1)[0]?.trim().toLowerCase() === mediaType;
}

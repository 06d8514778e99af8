import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { finished, Readable } from 'node:stream';
import { Config } from '../../config/config.ts';
import { lineStream, NDJSON } from '../../http-server/line-stream.ts';
import { Problem } from '../../problems/problem.ts';
import { hasMoreLines } from './import-lines.ts';

export const IMPORT_ROUTE = '/v1/customer-links/import';

const MAX_LINES = 200_000;
const MAX_CONCURRENCY = 2;

/**
 * Reads the bodies of imports. They are large, so only authenticated callers may send them, and only a few at once. It
 * reads a body to its end before it imports the first line, because half a file is not what its sender meant.
 */
@Injectable()
export class ImportBody implements OnModuleInit {
  private inProgress = 0;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addContentTypeParser(NDJSON, (request: FastifyRequest, payload, done) => {
      if (request.routeOptions.url === IMPORT_ROUTE) done(null, payload);
      else done(new Problem('unsupported_media_type', 'Send the body with Content-Type: application/json.'));
    });
  }

  /**
   * Reads the file and streams the lines of `report`; the import counts as in progress until the stream is closed.
   * @throws Problem `unsupported_media_type`, `import_busy`, `body_too_large`, or `invalid_request` when it ends early
   */
  async stream(
    { body, headers }: Pick<FastifyRequest, 'body' | 'headers'>,
    report: (file: Buffer, left: AbortSignal) => AsyncIterable<string>,
  ): Promise<Readable> {
    if (!(body instanceof Readable))
      throw new Problem('unsupported_media_type', `Send the links with Content-Type: ${NDJSON}.`);
    const { maxImportBytes } = this.config.http;
    const declared = declaredBytes(headers);
    if (declared > maxImportBytes) throw tooLarge(maxImportBytes);
    if (this.inProgress >= MAX_CONCURRENCY)
      throw new Problem(
        'import_busy',
        'Too many imports are in progress in this process. Nothing of this one was read; try again.',
        { headers: { 'retry-after': '5' } },
      );
    this.inProgress += 1;
    const end = (): void => {
      this.inProgress -= 1;
    };
    try {
      const file = await readFile(body, declared, maxImportBytes);
      return lineStream((left) => report(file, left)).once('close', end);
    } catch (error) {
      end();
      throw error;
    }
  }
}

async function readFile(body: Readable, expectedBytes: number, maxBytes: number): Promise<Buffer> {
  const file = await collect(body, expectedBytes, maxBytes);
  if (file === null || hasMoreLines(file, MAX_LINES)) throw tooLarge(maxBytes);
  return file;
}

const tooLarge = (maxBytes: number): Problem =>
  new Problem(
    'body_too_large',
    `Split the file: at most ${maxBytes} bytes and ${MAX_LINES} lines. Nothing of it was done.`,
  );

/** 0 when the request does not declare it. */
const declaredBytes = (headers: FastifyRequest['headers']): number => Number(headers['content-length'] ?? 0);

/**
 * The whole body; null when it is too large. It discards the rest and does not destroy the stream: that would end the
 * connection before the answer. The caller may have left before this is called. It copies chunks as they come, because each
 * holds 64 kB of memory however short it is.
 */
function collect(body: Readable, expectedBytes: number, maxBytes: number): Promise<Buffer | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | null>();
  let file: Buffer = Buffer.allocUnsafeSlow(expectedBytes);
  let bytes = 0;
  const add = (chunk: Buffer): void => {
    const start = bytes;
    bytes += chunk.length;
    if (bytes > maxBytes) {
      file = NOTHING;
      resolve(null);
      return;
    }
    if (bytes > file.length) file = enlarged(file, Math.min(maxBytes, 2 * bytes));
    chunk.copy(file, start);
  };
  body.on('data', add);
  const stopWatching = finished(body, (cause) => {
    // The request may be held for as long as its connection is open, and must not hold the file.
    body.off('data', add);
    stopWatching();
    if (!cause) resolve(file.subarray(0, bytes));
    else if (cause instanceof Problem) reject(cause);
    else
      reject(new Problem('invalid_request', 'The body ended before it was whole. Nothing of it was done.', { cause }));
  });
  return promise;
}

const NOTHING = Buffer.alloc(0);

function enlarged(file: Buffer, bytes: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(bytes);
  file.copy(larger);
  return larger;
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Problem } from '../../problems/problem.ts';
import { hasMoreLines } from './import-lines.ts';
import { lineStream } from './line-stream.ts';

export const NDJSON = 'application/x-ndjson';
export const IMPORT_ROUTE = '/v1/customer-links/import';

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_LINES = 200_000;
const MAX_CONCURRENCY = 2;

/**
 * Reads the bodies of imports. They are large, so only authenticated callers may send them, and only a few at once. A body is read to
 * its end before its first line is imported, because half a file is not what its sender meant.
 */
@Injectable()
export class ImportBody implements OnModuleInit {
  private inProgress = 0;

  constructor(private readonly host: HttpAdapterHost) {}

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
  async stream(body: unknown, report: (file: Buffer, left: AbortSignal) => AsyncIterable<string>): Promise<Readable> {
    if (!(body instanceof Readable))
      throw new Problem('unsupported_media_type', `Send the links with Content-Type: ${NDJSON}.`);
    if (this.inProgress >= MAX_CONCURRENCY)
      throw new Problem('import_busy', 'Other imports are under way in this process. Nothing of this one was read; try again.', {
        headers: { 'retry-after': '5', connection: 'close' },
      }); // prettier-ignore
    this.inProgress += 1;
    const end = (): void => {
      this.inProgress -= 1;
    };
    try {
      const file = await readFile(body);
      return lineStream((left) => report(file, left)).once('close', end);
    } catch (error) {
      end();
      throw error;
    }
  }
}

async function readFile(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('invalid_request', 'The body ended before it was whole. Nothing of it was done.', { cause });
  }
  const file = Buffer.concat(chunks);
  if (hasMoreLines(file, MAX_LINES)) throw tooLarge();
  return file;
}

// The rest of the body stays unread, so the connection cannot be used again.
const tooLarge = (): Problem =>
  new Problem('body_too_large', 'Split the file: at most 16 MiB and 200,000 lines. Nothing of it was done.', {
    headers: { connection: 'close' },
  });

import { Controller, Get, Header, HttpCode, Inject, Post, Res, StreamableFile } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Readable } from 'node:stream';
import { type Logger } from 'pino';
import { Needs } from '../../auth/needs.decorator.ts';
import { lineStream, NDJSON } from '../../http-server/line-stream.ts';
import { WithoutRedis } from '../../problems/without-redis.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { type CustomerLinks } from '../customer-link.schema.ts';
import { DescribeLinks } from '../customer-links.openapi.ts';
import { type ImportOptions } from './import-blocks.ts';
import { IMPORT_ROUTE, ImportBody } from './import-body.ts';
import { cursorAfter } from './link-cursor.ts';
import { LinkExport } from './link-export.ts';
import { LinkImport } from './link-import.ts';
import { byReadability, LinkList } from './link-list.ts';
import { DescribeExport, DescribeImport, DescribeList } from './link-lists.openapi.ts';
import {
  type ExportQuery,
  ExportRequest,
  ImportRequest,
  type LinkPageQuery,
  LinkPageRequest,
} from './links-request.decorator.ts';

const EXPORT_ROUTE = '/v1/customer-links/export';

/** Many links at once: pages of them, and files in and out. */
@DescribeLinks()
@Controller('v1/customer-links')
export class LinkListsController {
  constructor(
    private readonly links: LinkList,
    private readonly exports: LinkExport,
    private readonly imports: LinkImport,
    private readonly body: ImportBody,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  @DescribeList()
  @WithoutRedis('link_store_unavailable')
  @Needs('links:read')
  @Get()
  @Header('cache-control', 'no-store')
  async list(
    @LinkPageRequest() { organisation, billingCustomerId, after, limit }: LinkPageQuery,
  ): Promise<CustomerLinks> {
    const page = await this.links.page(organisation, billingCustomerId, after, limit);
    const nextCursor = page.after === null ? null : cursorAfter(page.after);
    const { links, unreadable } = byReadability(page);
    return unreadable.length === 0 ? { links, nextCursor } : { links, unreadable, nextCursor };
  }

  @DescribeExport()
  @WithoutRedis('link_store_unavailable')
  @Needs('links:read')
  @Get('export')
  @Header('cache-control', 'no-store')
  async export(
    @ExportRequest() { organisation, after, requestId }: ExportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const lines = await this.exports.lines(organisation, after);
    return this.file(lineStream(lines), reply, { requestId, route: EXPORT_ROUTE });
  }

  @DescribeImport()
  @WithoutRedis('link_store_unavailable')
  @Needs('links:write')
  @Post('import')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async import(
    @ImportRequest() options: ImportOptions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { organisation, requestId } = options;
    // Fails as a whole, rather than line by line, when Redis is unavailable.
    await this.links.ping(organisation);
    const report = await this.body.stream(reply.request, (file, left) => this.imports.report(file, options, left));
    return this.file(report, reply, { requestId, route: IMPORT_ROUTE });
  }

  private file(
    lines: Readable,
    { raw }: FastifyReply,
    request: { readonly requestId: string; readonly route: string },
  ): StreamableFile {
    lines.once('error', () => {
      const line = { event: 'lines_cut_off', ...request, code: 'link_store_unavailable' };
      this.log.warn(line, 'an answer was cut off');
      // The status is already sent. To a client of HTTP/1.0 the end of a connection is the end of the file, a reset is not.
      if (raw.headersSent) raw.socket?.resetAndDestroy();
    });
    return new StreamableFile(lines, { type: NDJSON });
  }
}

import { Body, Controller, Get, Header, HttpCode, Inject, Post, StreamableFile } from '@nestjs/common';
import { type Readable } from 'node:stream';
import { type Logger } from 'pino';
import { WithoutRedis } from '../../problems/without-redis.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { type CustomerLinks } from '../customer-link.schema.ts';
import { DescribeLinks } from '../customer-links.openapi.ts';
import { IMPORT_ROUTE, ImportBody, linesOf, NDJSON } from './import-body.ts';
import { cursorAfter } from './link-cursor.ts';
import { LinkExport } from './link-export.ts';
import { type ImportOptions, LinkImport } from './link-import.ts';
import { LinkList } from './link-list.ts';
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
  @Get()
  async list(
    @LinkPageRequest() { organisation, billingCustomerId, after, limit }: LinkPageQuery,
  ): Promise<CustomerLinks> {
    const page = await this.links.page(organisation, billingCustomerId, after, limit);
    return { links: page.links, nextCursor: page.after === null ? null : cursorAfter(page.after) };
  }

  @DescribeExport()
  @WithoutRedis('link_store_unavailable')
  @Get('export')
  @Header('cache-control', 'no-store')
  async export(@ExportRequest() { organisation, requestId }: ExportQuery): Promise<StreamableFile> {
    const lines = await this.exports.lines(organisation);
    return this.file(linesOf(lines), { requestId, route: EXPORT_ROUTE });
  }

  @DescribeImport()
  @WithoutRedis('link_store_unavailable')
  @Post('import')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async import(@ImportRequest() options: ImportOptions, @Body() body: unknown): Promise<StreamableFile> {
    const { organisation, requestId } = options;
    // Fails as a whole, rather than line by line, when Redis is unavailable.
    await this.links.ping(organisation);
    const report = await this.body.stream(body, (file) => this.imports.report(file, options));
    return this.file(report, { requestId, route: IMPORT_ROUTE });
  }

  private file(lines: Readable, request: { readonly requestId: string; readonly route: string }): StreamableFile {
    // The status is already sent, so the connection is cut. The log line of the request cannot show that.
    lines.once('error', () => {
      const line = { event: 'lines_cut_off', ...request, code: 'link_store_unavailable' };
      this.log.warn(line, 'an answer was cut off');
    });
    return new StreamableFile(lines, { type: NDJSON });
  }
}

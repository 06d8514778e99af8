import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Readable } from 'node:stream';
import { type Logger } from 'pino';
import { CurrentOrganisation } from '../../auth/caller.ts';
import { type Organisation } from '../../config/organisations.ts';
import { checkInput, throwIfInvalid } from '../../problems/request-input.ts';
import { type ValidationIssue } from '../../problems/problem.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { type ListedLink } from '../customer-link.ts';
import { DescribeLinks } from '../customer-links.openapi.ts';
import { ImportBody, linesOf, NDJSON } from './import-body.ts';
import { afterCursor, cursorAfter } from './link-cursor.ts';
import { LinkExport } from './link-export.ts';
import { LinkImport } from './link-import.ts';
import { callerName, ImportQuery, LinksQuery, addQueryIssues } from '../link-input.ts';
import { LinkList } from './link-list.ts';
import { DescribeExport, DescribeImport, DescribeList } from './link-lists.openapi.ts';
import { storeAnswers } from '../link-store.problem.ts';

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
  @Get()
  async list(
    @CurrentOrganisation() { id: organisation }: Organisation,
    @Req() request: FastifyRequest,
  ): Promise<{ links: readonly ListedLink[]; nextCursor: string | null }> {
    const issues: ValidationIssue[] = [];
    const { billingCustomerId, limit, cursor } = checkInput(LinksQuery, 'query', request.query, issues);
    throwIfInvalid(issues);
    const ofBilling = billingCustomerId?.toLowerCase() ?? null;
    const from = cursor === undefined ? '' : afterCursor(cursor);
    const page = await storeAnswers(() => this.links.page(organisation, ofBilling, from, Number(limit)));
    return { links: page.links, nextCursor: page.after === null ? null : cursorAfter(page.after) };
  }

  @DescribeExport()
  @Get('export')
  async export(
    @CurrentOrganisation() { id: organisation }: Organisation,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const issues: ValidationIssue[] = [];
    addQueryIssues(request.query, issues);
    throwIfInvalid(issues);
    const lines = await storeAnswers(() => this.exports.lines(organisation));
    this.send(request, reply, linesOf(lines));
  }

  @DescribeImport()
  @Post('import')
  @HttpCode(200)
  async import(
    @CurrentOrganisation() { id: organisation }: Organisation,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const issues: ValidationIssue[] = [];
    const { dryRun } = checkInput(ImportQuery, 'query', request.query, issues);
    throwIfInvalid(issues);
    // Nothing that is known to fail line by line is begun.
    await storeAnswers(() => this.links.ping(organisation));
    const order = { organisation, caller: callerName(request), dryRun: dryRun === 'true' };
    this.send(request, reply, await this.body.stream(request.body, (file) => this.imports.report(file, order)));
  }

  private send(request: FastifyRequest, reply: FastifyReply, lines: Readable): void {
    // The status is sent by then, so the connection is cut, which the request's own log line cannot say.
    lines.once('error', () => {
      const line = { event: 'lines_cut_off', requestId: request.id, route: request.routeOptions.url };
      this.log.warn({ ...line, code: 'link_store_unavailable' }, 'an answer was cut off');
    });
    void reply.code(200).headers({ 'content-type': NDJSON, 'cache-control': 'no-store' }).send(lines);
  }
}

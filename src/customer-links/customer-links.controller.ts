import { Body, Controller, Delete, Get, HttpCode, Param, Put, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CurrentOrganisation } from '../auth/caller.ts';
import { type Organisation } from '../config/organisations.ts';
import { checkInput, throwIfInvalid } from '../problems/request-input.ts';
import { Problem, type ValidationIssue } from '../problems/problem.ts';
import { type CustomerLink } from './customer-link.ts';
import { DescribeDeleteLink, DescribeGetLink, DescribeLinks, DescribePutLink } from './customer-links.openapi.ts';
import { LinkChanges } from './link-changes.ts';
import { etagOf, isNamed, type LinkCondition, readCondition } from './link-condition.ts';
import { callerName, CustomerPath, LinkBody, addQueryIssues } from './link-input.ts';
import { storeAnswers } from './link-store.problem.ts';
import { LinkStore } from './link-store.ts';

/** The explicit link from a reseller customer to a billing customer. A changed link changes the profile at once. */
@DescribeLinks()
@Controller('v1/customer-links')
export class CustomerLinksController {
  constructor(
    private readonly store: LinkStore,
    private readonly changes: LinkChanges,
  ) {}

  @DescribeGetLink()
  @Get(':customerId')
  async get(
    @CurrentOrganisation() { id: organisation }: Organisation,
    @Req() request: FastifyRequest,
    @Param() path: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerLink | undefined> {
    const { customerId, condition } = checked(request, path, []);
    const found = await storeAnswers(() => this.store.get({ organisation, customerId }));
    if (condition.ifMatch !== '' && !isNamed(condition.ifMatch, found?.version ?? null)) throw preconditionFailed();
    if (!found) throw new Problem('link_not_found', 'No link is stored for this customer. PUT one to this URL.');
    void reply.headers({ etag: etagOf(found.version), 'cache-control': 'private, no-cache' });
    if (!isNamed(condition.ifNoneMatch, found.version)) return found.link;
    void reply.code(304);
    return undefined;
  }

  @DescribePutLink()
  @Put(':customerId')
  async put(
    @CurrentOrganisation() { id: organisation }: Organisation,
    @Req() request: FastifyRequest,
    @Param() path: unknown,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerLink> {
    const issues: ValidationIssue[] = [];
    const { billingCustomerId } = checkInput(LinkBody, 'body', body, issues);
    const { customerId, condition } = checked(request, path, issues);
    const customer = { organisation, customerId };
    const change = await storeAnswers(() =>
      this.changes.put(customer, billingCustomerId.toLowerCase(), callerName(request), condition),
    );
    if (!change?.after) throw preconditionFailed();
    void reply.code(change.outcome === 'created' ? 201 : 200).header('etag', etagOf(change.after.version));
    return change.after.link;
  }

  @DescribeDeleteLink()
  @Delete(':customerId')
  @HttpCode(204)
  async delete(
    @CurrentOrganisation() { id: organisation }: Organisation,
    @Req() request: FastifyRequest,
    @Param() path: unknown,
  ): Promise<void> {
    const { customerId, condition } = checked(request, path, []);
    const customer = { organisation, customerId };
    const change = await storeAnswers(() => this.changes.delete(customer, callerName(request), condition));
    if (!change) throw preconditionFailed();
  }
}

/** @throws Problem `invalid_request` naming every issue at once */
function checked(
  request: FastifyRequest,
  path: unknown,
  issues: ValidationIssue[],
): { readonly customerId: string; readonly condition: LinkCondition } {
  const { customerId } = checkInput(CustomerPath, 'path', path, issues);
  addQueryIssues(request.query, issues);
  const condition = readCondition(request.headers, issues);
  throwIfInvalid(issues);
  return { customerId, condition };
}

const preconditionFailed = (): Problem =>
  new Problem(
    'precondition_failed',
    'The stored link is not as If-Match or If-None-Match says. GET it and decide again; nothing was changed.',
  );

import { Body, Controller, Delete, Get, HttpCode, Param, Put, Req, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { AuthGuard } from '../auth/auth.guard.ts';
import { ForOrganisation } from '../auth/caller.ts';
import { type Organisation } from '../config/organisations.ts';
import { checkInput, refuseFaults } from '../problems/request-input.ts';
import { Problem, type RequestFault } from '../problems/problem.ts';
import { type CustomerLink } from './customer-link.ts';
import { DescribeDeleteLink, DescribeGetLink, DescribeLinks, DescribePutLink } from './customer-links.openapi.ts';
import { LinkChanges } from './link-changes.ts';
import { etagOf, isNamed, type LinkCondition, readCondition } from './link-condition.ts';
import { callerName, CustomerPath, LinkBody, refuseQuery } from './link-input.ts';
import { storeAnswers } from './link-store.problem.ts';
import { LinkStore } from './link-store.ts';

/** The explicit link from a reseller customer to a billing customer. A changed link changes the profile at once. */
@DescribeLinks()
@UseGuards(AuthGuard)
@Controller('v1/customer-links')
export class CustomerLinksController {
  constructor(
    private readonly store: LinkStore,
    private readonly changes: LinkChanges,
  ) {}

  @DescribeGetLink()
  @Get(':customerId')
  async get(
    @ForOrganisation() { id: organisation }: Organisation,
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
    @ForOrganisation() { id: organisation }: Organisation,
    @Req() request: FastifyRequest,
    @Param() path: unknown,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerLink> {
    const faults: RequestFault[] = [];
    const { billingCustomerId } = checkInput(LinkBody, 'body', body, faults);
    const { customerId, condition } = checked(request, path, faults);
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
    @ForOrganisation() { id: organisation }: Organisation,
    @Req() request: FastifyRequest,
    @Param() path: unknown,
  ): Promise<void> {
    const { customerId, condition } = checked(request, path, []);
    const customer = { organisation, customerId };
    const change = await storeAnswers(() => this.changes.delete(customer, callerName(request), condition));
    if (!change) throw preconditionFailed();
  }
}

/** @throws Problem `invalid_request` naming every fault at once */
function checked(
  request: FastifyRequest,
  path: unknown,
  faults: RequestFault[],
): { readonly customerId: string; readonly condition: LinkCondition } {
  const { customerId } = checkInput(CustomerPath, 'path', path, faults);
  refuseQuery(request.query, faults);
  const condition = readCondition(request.headers, faults);
  refuseFaults(faults);
  return { customerId, condition };
}

const preconditionFailed = (): Problem =>
  new Problem(
    'precondition_failed',
    'The stored link is not as If-Match or If-None-Match says. GET it and decide again; nothing was changed.',
  );

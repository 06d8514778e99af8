import { Controller, Delete, Get, HttpCode, Put, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Audited } from '../audit/audited.decorator.ts';
import { Needs } from '../auth/needs.decorator.ts';
import { Problem } from '../problems/problem.ts';
import { WithoutRedis } from '../problems/without-redis.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { type CustomerLink } from './customer-link.schema.ts';
import { DescribeDeleteLink, DescribeGetLink, DescribeLinks, DescribePutLink } from './customer-links.openapi.ts';
import { LinkChanges } from './link-changes.ts';
import { etagOf, matchesEtag } from './link-condition.ts';
import { type LinkPut, LinkRequest, type LinkTarget, PutLinkRequest } from './link-request.decorator.ts';
import { LinkStore } from './link-store.ts';

/** The explicit link from a reseller customer to a billing customer. A changed link changes the profile at once. */
@DescribeLinks()
@Controller('v1/customer-links')
export class CustomerLinksController {
  constructor(
    private readonly store: LinkStore,
    private readonly changes: LinkChanges,
    private readonly tombstones: Tombstones,
  ) {}

  @DescribeGetLink()
  @WithoutRedis('link_store_unavailable')
  @Needs('links:read')
  @Get(':customerId')
  async get(
    @LinkRequest() { customer, condition }: LinkTarget,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerLink | undefined> {
    const found = await this.store.get(customer);
    if (!found) {
      await this.tombstones.assertNone(customer);
      // Conditions do not change a 404 (RFC 9110, section 13.2.1).
      throw new Problem('link_not_found', 'No link is stored for this customer. PUT one to this URL.');
    }
    if (condition.ifMatch !== '' && !matchesEtag(condition.ifMatch, found.digest)) throw preconditionFailed();
    void reply.headers({ etag: etagOf(found.digest), 'cache-control': 'private, no-cache' });
    if (!matchesEtag(condition.ifNoneMatch, found.digest)) return found.link;
    void reply.code(304);
    return undefined;
  }

  @DescribePutLink()
  @WithoutRedis('link_store_unavailable')
  @Needs('links:write')
  @Audited()
  @Put(':customerId')
  async put(
    @PutLinkRequest() { customer, billingCustomerId, caller, condition }: LinkPut,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerLink> {
    const change = await this.changes.put(customer, billingCustomerId, caller, condition);
    if (!change?.after) throw preconditionFailed();
    void reply.code(change.outcome === 'created' ? 201 : 200).header('etag', etagOf(change.after.digest));
    return change.after.link;
  }

  @DescribeDeleteLink()
  @WithoutRedis('link_store_unavailable')
  @Needs('links:write')
  @Audited()
  @Delete(':customerId')
  @HttpCode(204)
  async delete(@LinkRequest() { customer, caller, condition }: LinkTarget): Promise<void> {
    const change = await this.changes.delete(customer, caller, condition);
    if (!change) throw preconditionFailed();
  }
}

const preconditionFailed = (): Problem =>
  new Problem(
    'precondition_failed',
    'The stored link does not meet If-Match or If-None-Match. GET it and decide again; nothing was changed.',
  );

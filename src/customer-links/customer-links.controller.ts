import { Body, Controller, Delete, Get, HttpCode, Param, Put, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { AuthGuard } from '../auth/auth.guard.ts';
import { ForOrganisation } from '../auth/caller.ts';
import { type Organisation } from '../config/organisations.ts';
import { checkInput, refuseFaults } from '../problems/request-input.ts';
import { Problem, type RequestFault } from '../problems/problem.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { CustomerPath, LinkBody } from './link-input.ts';
import { DescribeDeleteLink, DescribeGetLink, DescribeLinks, DescribePutLink } from './customer-links.openapi.ts';
import { type CustomerLink, LinkStore, LinkStoreUnavailable } from './link-store.ts';

/** The explicit link from a reseller customer to a billing customer. A changed link changes the profile at once. */
@DescribeLinks()
@UseGuards(AuthGuard)
@Controller('v1/customer-links')
export class CustomerLinksController {
  constructor(
    private readonly links: LinkStore,
    private readonly profiles: ProfileCache,
  ) {}

  @DescribeGetLink()
  @Get(':customerId')
  async get(@ForOrganisation() { id }: Organisation, @Param() path: unknown): Promise<CustomerLink> {
    const { customerId } = checked(path);
    const link = await available(() => this.links.get(id, customerId));
    if (!link) throw new Problem('link_not_found', 'No link is stored for this customer. PUT one to this URL.');
    return link;
  }

  @DescribePutLink()
  @Put(':customerId')
  async put(
    @ForOrganisation() { id }: Organisation,
    @Param() path: unknown,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerLink> {
    const faults: RequestFault[] = [];
    const { customerId } = checkInput(CustomerPath, 'path', path, faults);
    const { billingCustomerId } = checkInput(LinkBody, 'body', body, faults);
    refuseFaults(faults);
    return available(async () => {
      const outcome = await this.links.put(id, customerId, billingCustomerId.toLowerCase());
      await this.profiles.forget({ organisation: id, customerId });
      void reply.code(outcome === 'created' ? 201 : 200);
      return (await this.links.get(id, customerId)) ?? Promise.reject(new LinkStoreUnavailable('removed meanwhile'));
    });
  }

  @DescribeDeleteLink()
  @Delete(':customerId')
  @HttpCode(204)
  async delete(@ForOrganisation() { id }: Organisation, @Param() path: unknown): Promise<void> {
    const { customerId } = checked(path);
    await available(async () => {
      await this.links.delete(id, customerId);
      await this.profiles.forget({ organisation: id, customerId });
    });
  }
}

function checked(path: unknown): CustomerPath {
  const faults: RequestFault[] = [];
  const value = checkInput(CustomerPath, 'path', path, faults);
  refuseFaults(faults);
  return value;
}

async function available<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem(
      'link_store_unavailable',
      'Links are kept in Redis, which is not configured (REDIS_URL) or does not answer. Nothing else is affected; try again.',
      { cause, headers: { 'retry-after': '5' } },
    );
  }
}

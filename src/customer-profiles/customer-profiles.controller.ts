import { Controller, Delete, Get, HttpCode, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CurrentOrganisation } from '../auth/caller.ts';
import { Clock } from '../config/clock.ts';
import { type Organisation } from '../config/organisations.ts';
import { Problem } from '../problems/problem.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import {
  DescribeConnector,
  DescribeConnectors,
  DescribeForget,
  DescribeProfile,
  DescribeProfiles,
} from './customer-profiles.openapi.ts';
import { CustomerProfilesService } from './customer-profiles.service.ts';
import { matchesIfNoneMatch } from './etag.ts';
import { cacheLabel, profileHeaders } from './profile-headers.ts';
import { ProfileInput } from './profile-input.ts';
import { type ProfileQuery } from './profile-query.ts';

/** The merged profile, and the connector references alone. */
@DescribeProfiles()
@Controller('v1/customer-profiles/:customerId')
export class CustomerProfilesController {
  constructor(
    private readonly profiles: CustomerProfilesService,
    private readonly input: ProfileInput,
    private readonly cache: ProfileCache,
    private readonly clock: Clock,
  ) {}

  @DescribeProfile()
  @Get()
  async get(
    @CurrentOrganisation() organisation: Organisation,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(this.input.profile(request, reply, organisation), request, reply);
  }

  @DescribeConnectors()
  @Get('connectors')
  async connectors(
    @CurrentOrganisation() organisation: Organisation,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(this.input.connectorList(request, reply, organisation), request, reply);
  }

  @DescribeConnector()
  @Get('connectors/:name')
  async connector(
    @CurrentOrganisation() organisation: Organisation,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answer(this.input.oneConnector(request, reply, organisation), request, reply);
  }

  @DescribeForget()
  @Delete('cache')
  @HttpCode(204)
  async forget(@CurrentOrganisation() organisation: Organisation, @Req() request: FastifyRequest): Promise<void> {
    const customer = this.input.customer(request, organisation);
    try {
      await this.cache.forget(customer);
    } catch (cause) {
      const detail = 'Redis does not answer: only the copy in one process is forgotten. Try again.';
      throw new Problem('cache_unavailable', detail, { cause, headers: { 'retry-after': '5' } });
    }
  }

  /** Sends the bytes as they are kept, or 304 when the caller has them. */
  private async answer(query: ProfileQuery, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const answer = await this.profiles.read(query);
    const { stored, cache } = answer;
    void reply.headers(profileHeaders(answer, this.clock.now()));
    Object.assign((request.logFields ??= {}), { cache: cacheLabel(cache), complete: stored.complete });
    if (matchesIfNoneMatch(stored.etag, request.headers['if-none-match']))
      void reply.code(304).removeHeader('content-type').send();
    else void reply.send(stored.body);
  }
}

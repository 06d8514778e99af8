import { Controller, Delete, Get, HttpCode, Res, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Audited } from '../audit/audited.decorator.ts';
import { Needs } from '../auth/needs.decorator.ts';
import { Clock } from '../config/clock.ts';
import { problemWithoutRedis, WithoutRedis } from '../problems/without-redis.ts';
import { CacheInvalidations } from '../profile-cache/cache-invalidations.ts';
import { fillReply } from './answers/profile-reply.ts';
import { BillingErrorInterceptor } from './billing-error.interceptor.ts';
import {
  DescribeConnector,
  DescribeConnectors,
  DescribeForget,
  DescribeProfile,
  DescribeProfiles,
} from './customer-profiles.openapi.ts';
import { CustomerProfilesService } from './customer-profiles.service.ts';
import { type ProfileQuery } from './request/profile-query.ts';
import {
  ConnectorRequest,
  ConnectorsRequest,
  ForgetRequest,
  type ForgetTarget,
  ProfileRequest,
} from './request/profile-request.decorator.ts';

/** The merged profile, or only the connector references. */
@DescribeProfiles()
@Needs('profiles:read')
@Controller('v1/customer-profiles/:customerId')
export class CustomerProfilesController {
  constructor(
    private readonly profiles: CustomerProfilesService,
    private readonly cache: CacheInvalidations,
    private readonly clock: Clock,
  ) {}

  @DescribeProfile()
  @WithoutRedis('cache_unavailable')
  @Get()
  get(
    @ProfileRequest() query: ProfileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | string | undefined> {
    return this.answer(query, reply);
  }

  @DescribeConnectors()
  @WithoutRedis('cache_unavailable')
  @Get('connectors')
  connectors(
    @ConnectorsRequest() query: ProfileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | string | undefined> {
    return this.answer(query, reply);
  }

  @DescribeConnector()
  @UseInterceptors(BillingErrorInterceptor)
  @WithoutRedis('cache_unavailable')
  @Get('connectors/:name')
  connector(
    @ConnectorRequest() query: ProfileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | string | undefined> {
    return this.answer(query, reply);
  }

  @DescribeForget()
  @WithoutRedis('cache_unavailable')
  @Needs('profiles:refresh')
  @Audited()
  @Delete('cache')
  @HttpCode(204)
  async forget(@ForgetRequest() { customer, source }: ForgetTarget): Promise<void> {
    const what = source === null ? 'all' : source === 'billing' ? 'links' : { source };
    if (!(await this.cache.forget(customer, what))) throw problemWithoutRedis('cache_unavailable');
  }

  private async answer(query: ProfileQuery, reply: FastifyReply): Promise<Buffer | string | undefined> {
    const { plannedRead } = reply.request;
    const answer = await (plannedRead ? this.profiles.readAsPlanned(query, plannedRead) : this.profiles.read(query));
    return fillReply(reply, answer, query, this.clock.now());
  }
}

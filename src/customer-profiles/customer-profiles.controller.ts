import { Controller, Delete, Get, HttpCode, Res, UseInterceptors } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { Clock } from '../config/clock.ts';
import { problemWithoutRedis, WithoutRedis } from '../problems/without-redis.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { type CustomerKey } from '../profile-cache/cache-keys.ts';
import {
  DescribeConnector,
  DescribeConnectors,
  DescribeForget,
  DescribeProfile,
  DescribeProfiles,
} from './customer-profiles.openapi.ts';
import { CustomerProfilesService } from './customer-profiles.service.ts';
import { matchesIfNoneMatch } from './etag.ts';
import { PlatformWords } from './platform-words.ts';
import { cacheLabel, profileHeaders } from './profile-headers.ts';
import { type ProfileQuery } from './request/profile-query.ts';
import {
  ConnectorRequest,
  ConnectorsRequest,
  ForgetRequest,
  ProfileRequest,
} from './request/profile-request.decorator.ts';

/** The merged profile, and the connector references alone. */
@DescribeProfiles()
@Controller('v1/customer-profiles/:customerId')
export class CustomerProfilesController {
  constructor(
    private readonly profiles: CustomerProfilesService,
    private readonly cache: ProfileCache,
    private readonly clock: Clock,
  ) {}

  @DescribeProfile()
  @WithoutRedis('cache_unavailable')
  @Get()
  get(
    @ProfileRequest() query: ProfileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    return this.answer(query, reply);
  }

  @DescribeConnectors()
  @WithoutRedis('cache_unavailable')
  @Get('connectors')
  connectors(
    @ConnectorsRequest() query: ProfileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    return this.answer(query, reply);
  }

  @DescribeConnector()
  @UseInterceptors(PlatformWords)
  @WithoutRedis('cache_unavailable')
  @Get('connectors/:name')
  connector(
    @ConnectorRequest() query: ProfileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer | undefined> {
    return this.answer(query, reply);
  }

  @DescribeForget()
  @WithoutRedis('cache_unavailable')
  @Delete('cache')
  @HttpCode(204)
  async forget(@ForgetRequest() customer: CustomerKey): Promise<void> {
    if (!(await this.cache.forget(customer))) throw problemWithoutRedis('cache_unavailable');
  }

  /** The bytes as they are kept; undefined, with 304, when the caller has them. */
  private async answer(query: ProfileQuery, reply: FastifyReply): Promise<Buffer | undefined> {
    const answer = await this.profiles.read(query);
    const { response, cache } = answer;
    void reply.headers(profileHeaders(answer, this.clock.now()));
    Object.assign((reply.request.logFields ??= {}), { cache: cacheLabel(cache), complete: response.complete });
    if (!matchesIfNoneMatch(response.etag, query.ifNoneMatch)) return response.body;
    void reply.code(304).removeHeader('content-type');
    return undefined;
  }
}

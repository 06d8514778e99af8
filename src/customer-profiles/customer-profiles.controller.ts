import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { AuthGuard } from '../auth/auth.guard.ts';
import { ForOrganisation } from '../auth/caller.ts';
import { Clock } from '../config/clock.ts';
import { type Organisation } from '../config/organisations.ts';
import { connectorDetails, type ConnectorDetails } from './connector-details.ts';
import {
  DescribeConnector,
  DescribeConnectors,
  DescribeProfile,
  DescribeProfiles,
} from './customer-profiles.openapi.ts';
import { CustomerProfilesService, type ProfileAnswer } from './customer-profiles.service.ts';
import { cacheLabel, profileHeaders } from './profile-headers.ts';
import { ProfileInput } from './profile-input.ts';
import { selectFields } from './profile-fields.ts';
import { type Profile } from './profile.ts';

/** The merged profile, and the connector references alone. */
@DescribeProfiles()
@UseGuards(AuthGuard)
@Controller('v1/customer-profiles/:customerId')
export class CustomerProfilesController {
  constructor(
    private readonly profiles: CustomerProfilesService,
    private readonly input: ProfileInput,
    private readonly clock: Clock,
  ) {}

  @DescribeProfile()
  @Get()
  async get(
    @ForOrganisation() organisation: Organisation,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Partial<Profile>> {
    const { query, fields } = this.input.profile(request, reply, organisation);
    const answer = await this.profiles.read(query);
    this.describe(answer, request, reply);
    return fields ? selectFields(answer.profile, fields) : answer.profile;
  }

  @DescribeConnectors()
  @Get('connectors')
  async connectors(
    @ForOrganisation() organisation: Organisation,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Pick<Profile, 'customerId' | 'billingCustomerId' | 'connectors' | 'sources' | 'complete'>> {
    const answer = await this.profiles.read(this.input.connectorList(request, reply, organisation));
    this.describe(answer, request, reply);
    const { customerId, billingCustomerId, connectors, sources, complete } = answer.profile;
    return { customerId, billingCustomerId, connectors, sources, complete };
  }

  @DescribeConnector()
  @Get('connectors/:name')
  async connector(
    @ForOrganisation() organisation: Organisation,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConnectorDetails> {
    const { query, name } = this.input.oneConnector(request, reply, organisation);
    const answer = await this.profiles.read(query);
    this.describe(answer, request, reply);
    return connectorDetails(name, answer.parts);
  }

  private describe(answer: ProfileAnswer, request: FastifyRequest, reply: FastifyReply): void {
    void reply.headers(profileHeaders(answer, this.clock.now()));
    request.logFields = { ...request.logFields, cache: cacheLabel(answer.cache), complete: answer.profile.complete };
  }
}

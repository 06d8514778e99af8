import { Controller, Get, Header, Req } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { CurrentOrganisation } from '../auth/caller.ts';
import { type Organisation } from '../config/organisations.ts';
import { DescribeLookup } from './customer-lookups.openapi.ts';
import { CustomerLookups, type FoundCustomers } from './customer-lookups.service.ts';
import { LookupInput } from './lookup-input.ts';

/** Customers by their ids in other systems. */
@Controller('v1/customer-profiles')
export class CustomerLookupsController {
  constructor(
    private readonly lookups: CustomerLookups,
    private readonly input: LookupInput,
  ) {}

  @DescribeLookup()
  @Get()
  @Header('cache-control', 'no-store')
  async find(
    @CurrentOrganisation() organisation: Organisation,
    @Req() request: FastifyRequest,
  ): Promise<FoundCustomers> {
    return this.lookups.find(organisation.id, this.input.reference(request));
  }
}

import { Controller, Get, Header } from '@nestjs/common';
import { CurrentOrganisation } from '../auth/caller.decorator.ts';
import { Needs } from '../auth/needs.decorator.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { WithoutRedis } from '../problems/without-redis.ts';
import { DescribeLookup, DescribeLookups } from './customer-lookups.openapi.ts';
import { CustomerLookupsService } from './customer-lookups.service.ts';
import { type FoundCustomers } from './found-customers.schema.ts';
import { type LookupReference } from './lookup-references.ts';
import { LookupRequest } from './lookup-request.pipe.ts';

/** Customers by their ids in other systems. */
@DescribeLookups()
@Needs('profiles:read')
@Controller('v1/customer-profiles')
export class CustomerLookupsController {
  constructor(private readonly lookups: CustomerLookupsService) {}

  @DescribeLookup()
  @WithoutRedis('lookup_unavailable')
  @Get()
  @Header('cache-control', 'no-store')
  async find(
    @CurrentOrganisation() { id: organisation }: Organisation,
    @LookupRequest() reference: LookupReference,
  ): Promise<FoundCustomers> {
    return this.lookups.find(organisation, reference);
  }
}

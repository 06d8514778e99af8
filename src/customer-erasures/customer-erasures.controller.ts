import { Controller, Delete, Get, Header, HttpCode, Post } from '@nestjs/common';
import { Audited } from '../audit/audited.decorator.ts';
import { Needs } from '../auth/needs.decorator.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { WithoutRedis } from '../problems/without-redis.ts';
import { DescribeErase, DescribeErasures, DescribeGetErasure, DescribeLift } from './customer-erasures.openapi.ts';
import { CustomerErasuresService, type ErasureRequest } from './customer-erasures.service.ts';
import { type CustomerErasure, type ErasureReceipt } from './erasure.schema.ts';
import { ErasedCustomer, EraseRequest } from './erasure-request.decorator.ts';

/** Erasures of customers, and their receipts. */
@DescribeErasures()
@Controller('v1/customer-erasures')
export class CustomerErasuresController {
  constructor(private readonly erasures: CustomerErasuresService) {}

  @DescribeErase()
  @WithoutRedis('erasure_unavailable')
  @Needs('customers:erase')
  @Audited()
  @Header('cache-control', 'no-store')
  @HttpCode(200)
  @Post()
  async erase(@EraseRequest() request: ErasureRequest): Promise<ErasureReceipt> {
    return this.erasures.erase(request);
  }

  @DescribeGetErasure()
  @WithoutRedis('erasure_unavailable')
  @Needs('customers:erase')
  @Header('cache-control', 'no-store')
  @Get(':customerId')
  async get(@ErasedCustomer() customer: CustomerKey): Promise<CustomerErasure> {
    return this.erasures.get(customer);
  }

  @DescribeLift()
  @WithoutRedis('erasure_unavailable')
  @Needs('customers:erase')
  @Audited()
  @Delete(':customerId')
  @HttpCode(204)
  async lift(@ErasedCustomer() customer: CustomerKey): Promise<void> {
    await this.erasures.lift(customer);
  }
}

import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '../auth/public.decorator.ts';
import { DescribeErasureKeys, DescribeKeyRoutes } from './customer-erasures.openapi.ts';
import { type ErasureKeys } from './erasure.schema.ts';
import { Receipts } from './receipts.ts';

/** The public keys with which anybody can verify a receipt. */
@DescribeKeyRoutes()
@Controller('.well-known/customer-erasure-keys.json')
export class ErasureKeysController {
  constructor(private readonly receipts: Receipts) {}

  @DescribeErasureKeys()
  @Public()
  @Header('cache-control', 'public, max-age=3600')
  @Get()
  get(): ErasureKeys {
    return this.receipts.publicKeys;
  }
}

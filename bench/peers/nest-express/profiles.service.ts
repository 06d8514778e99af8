import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Inject, Injectable } from '@nestjs/common';
import { type Cache } from 'cache-manager';
import { assembleProfile, type Profile } from '../profile.ts';

@Injectable()
export class ProfilesService {
  constructor(@Inject(CACHE_MANAGER) private readonly cache: Cache) {}

  /** From the cache, or assembled and put there; calls for one customer at one time share one assembly. */
  read(customerId: string, billingCustomerId: string): Promise<Profile | null> {
    const key = `profile:${customerId}:${billingCustomerId}`;
    return this.cache.wrap(key, () => assembleProfile(customerId, billingCustomerId));
  }
}

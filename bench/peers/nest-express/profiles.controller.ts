import { Controller, Get, NotFoundException, Param, Query, UseGuards } from '@nestjs/common';
import { type Profile } from '../profile.ts';
import { ApiKeyGuard } from './api-key.guard.ts';
import { ProfileParams, ProfileQuery } from './profile-input.ts';
import { ProfilesService } from './profiles.service.ts';

@Controller('v1/customer-profiles')
@UseGuards(ApiKeyGuard)
export class ProfilesController {
  constructor(private readonly profiles: ProfilesService) {}

  @Get(':customerId')
  async get(@Param() { customerId }: ProfileParams, @Query() { billingCustomerId }: ProfileQuery): Promise<Profile> {
    const profile = await this.profiles.read(customerId, billingCustomerId);
    if (!profile) throw new NotFoundException();
    return profile;
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { ProfileWrites } from '../profile-cache/profile-writes.ts';
import { SourceLeases } from '../profile-cache/source-leases.ts';
import { WideInvalidations } from '../profile-cache/wide/wide-invalidations.ts';
import { SingleFlight } from '../resilience/single-flight.ts';
import { WorkTurns } from '../resilience/work-turns.ts';
import { ResponseBuilder } from './response-builder.ts';
import { SourceFetcher } from './source-fetcher.ts';
import { type FetchInFlight, type SourceResult } from './source-result.ts';

/** The services of every refresh, and the flights of sources, which all refreshes of this process share. */
@Injectable()
export class RefreshServices {
  readonly flights: SingleFlight<SourceResult, FetchInFlight>;

  constructor(
    readonly clock: Clock,
    readonly cache: ProfileCache,
    readonly writes: ProfileWrites,
    readonly leases: SourceLeases,
    readonly fetcher: SourceFetcher,
    readonly responses: ResponseBuilder,
    readonly wide: WideInvalidations,
    readonly turns: WorkTurns,
  ) {
    this.flights = new SingleFlight(clock);
  }
}

import { IsOptional } from 'class-validator';
import { IsShare, IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** The change feed, and the sweep that looks for changes. */
export class ChangeVariables {
  @Variable(
    'How many events of an organisation the change feed keeps, some 300 bytes each. A consumer that is further behind has to read again what it holds.',
  )
  @IsWholeNumber(10, 1_000_000)
  CHANGES_KEPT = 10_000;

  @Variable(
    'Every linked or cached customer is refreshed once in so many hours, also when nobody reads it, so that the change feed has what has changed. Needs REDIS_URL. Absent: no sweep.',
  )
  @IsOptional()
  @IsWholeNumber(1, 8760)
  SWEEP_INTERVAL_HOURS?: number;

  @Variable(
    'The part of RESELLER_QUOTA_CALLS that the sweep uses at most, above 0 and up to 1. Choose it so that all customers have their turn within SWEEP_INTERVAL_HOURS: at 0.2 of 600 calls in five seconds, some 22 a second, or 80,000 an hour.',
  )
  @IsShare()
  SWEEP_QUOTA_SHARE = 0.2;
}

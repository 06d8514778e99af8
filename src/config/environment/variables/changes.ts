import { IsOptional } from 'class-validator';
import { IsShare, IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** The change feed, and the sweep that looks for changes. */
export class ChangeVariables {
  @Variable(
    'How many events of an organisation the change feed keeps, some 300 bytes each. A consumer that falls further behind must read everything that it holds again.',
  )
  @IsWholeNumber(10, 1_000_000)
  CHANGES_KEPT = 10_000;

  @Variable(
    'Hours within which the sweep refreshes every linked or cached customer once, even if nobody reads it, so that the change feed shows its changes. Needs REDIS_URL. Absent: no sweep.',
  )
  @IsOptional()
  @IsWholeNumber(1, 8760)
  SWEEP_INTERVAL_HOURS?: number;

  @Variable(
    'The largest share of RESELLER_QUOTA_CALLS that the sweep uses, above 0 and up to 1. Choose it so that the sweep reaches all customers within SWEEP_INTERVAL_HOURS: 0.2 of 600 calls in five seconds is some 22 customers a second, or 80,000 an hour.',
  )
  @IsShare()
  SWEEP_QUOTA_SHARE = 0.2;
}

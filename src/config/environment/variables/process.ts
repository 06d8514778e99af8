import { IsIn, Matches } from 'class-validator';
import { IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** The process: what it logs, the time of a request, and how it ends. */
export class ProcessVariables {
  @Variable('Lowest level that is logged: trace, debug, info, warn, error, fatal or silent.')
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  LOG_LEVEL = 'info';

  @Variable(
    'The commit that the service was built from, for the metric customer_profiles_build_info. The image sets it from its build argument REVISION.',
  )
  @Matches(/^[\w.+-]{1,64}$/, { message: 'must be a commit or a version' })
  SERVICE_REVISION = 'unknown';

  @Variable('Longest time for a request; callers can lower it, never raise it.')
  @IsWholeNumber(1, 600_000)
  REQUEST_BUDGET_MS = 2000;

  @Variable('How long the service still answers requests after SIGTERM, while its readiness probe already fails.')
  @IsWholeNumber(0, 600_000)
  DRAIN_DELAY_MS = 5000;

  @Variable('Maximum time from SIGTERM to the end of the process.')
  @IsWholeNumber(1, 600_000)
  SHUTDOWN_TIMEOUT_MS = 15_000;
}

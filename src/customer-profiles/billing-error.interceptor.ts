import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable, throwError } from 'rxjs';
import { requestOf } from '../handlers/raw-request.decorator.ts';
import { Problem, type ProblemCode } from '../problems/problem.ts';
import { toProblem } from '../problems/translate.ts';

type Words = Problem['more']['extensions'];

const GENERAL_FAILURE = { error_code: 'BAD_REQUEST', message: 'An error occurred while processing your request.' };
const NOT_FOUND = { error_code: 'NOT_FOUND', message: 'Customer not found' };
const SERVER_ERROR = {
  error_code: 'INTERNAL_SERVER_ERROR',
  message: 'Failed to retrieve customer connector details',
};

/** @see the billing connectors API: the bodies of 400, 404, 422 and 500 */
const WORDS: Readonly<Partial<Record<ProblemCode, (problem: Problem) => Words>>> = {
  invalid_request: () => GENERAL_FAILURE,
  billing_request_failed: () => GENERAL_FAILURE,
  connector_not_linked: ({ more: { source = '' } }) => ({
    error_code: 'BAD_REQUEST',
    message: `No integration found for connector '${source}'.`,
  }),
  integration_removed: () => ({
    error_code: 'BAD_REQUEST',
    message: 'The requested integration is no longer available.',
  }),
  link_not_found: () => NOT_FOUND,
  billing_customer_not_found: () => NOT_FOUND,
  billing_customer_id_invalid: () => ({
    status_code: 10422,
    message: '1 validation error for Path; customer_id: value is not a valid uuid',
  }),
  internal_error: () => SERVER_ERROR,
  billing_platform_failed: () => SERVER_ERROR,
};

/**
 * Lets a route stand in for the billing platform's own: its errors have the members of the platform's errors in addition to
 * those of a problem.
 */
@Injectable()
export class BillingErrorInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { config } = requestOf(context).routeOptions;
    return next
      .handle()
      .pipe(
        catchError((thrown: unknown) => throwError(() => withBillingError(toProblem(thrown, config.withoutRedis)))),
      );
  }
}

/** The problem with the platform’s members added, where the platform documents some. */
export function withBillingError(problem: Problem): Problem {
  // The platform has its own status for an id that is not a UUID.
  const isBadId = problem.more.errors?.some(({ name }) => name === 'billingCustomerId') ?? false;
  const code = isBadId ? 'billing_customer_id_invalid' : problem.code;
  const extensions = WORDS[code]?.(problem);
  return extensions ? new Problem(code, problem.message, { ...problem.more, extensions }) : problem;
}

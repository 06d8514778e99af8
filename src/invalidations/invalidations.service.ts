import { Injectable } from '@nestjs/common';
import { type AuditedAction, AuditLog, type AuditOutcome } from '../audit/audit-log.ts';
import { toProblem } from '../problems/translate.ts';
import { problemWithoutRedis } from '../problems/without-redis.ts';
import { CacheInvalidations } from '../profile-cache/cache-invalidations.ts';
import { type WideSubject } from '../profile-cache/wide/wide-numbers.ts';
import { INVALIDATIONS_ROUTE } from './invalidation-bodies.ts';
import { type Invalidation, type InvalidationTarget } from './invalidation-request.pipe.ts';

/** Customers that are invalidated concurrently. */
const CONCURRENCY = 50;

/** One invalidation, and the fields of its audit line. */
interface Step {
  readonly about: Pick<AuditedAction, 'customerId' | 'billingCustomerId' | 'source'>;
  readonly run: () => Promise<void>;
}

/** Invalidates customers one by one, and everything wider with one counter. */
@Injectable()
export class InvalidationsService {
  constructor(
    private readonly cache: CacheInvalidations,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Writes an audit line for each customer and each wider invalidation.
   * @returns the number of invalidations made
   * @throws Problem `audit_unavailable`: nothing was done. `cache_unavailable`, or an error of Redis: some customers may be
   * invalidated, and it is safe to repeat the call
   */
  async invalidate(invalidation: Invalidation): Promise<number> {
    const steps = this.stepsOf(invalidation);
    const ends = this.beginLines(invalidation, steps);
    const failures: Error[] = [];
    const run = async (step: Step, end: ((outcome: AuditOutcome) => void) | undefined): Promise<void> => {
      try {
        const [failure] = failures;
        if (failure) throw failure;
        await step.run();
        end?.('succeeded');
      } catch (error) {
        failures.push(error instanceof Error ? error : new Error('an invalidation failed', { cause: error }));
        end?.(toProblem(error, 'cache_unavailable').code);
      }
    };
    for (let start = 0; start < steps.length; start += CONCURRENCY)
      await Promise.all(steps.slice(start, start + CONCURRENCY).map((step, index) => run(step, ends[start + index])));
    const [failure] = failures;
    if (failure) throw failure;
    return steps.length;
  }

  private stepsOf({ target, mode, caller }: Invalidation): readonly Step[] {
    const organisation = caller.organisation.id;
    if (!('customerIds' in target)) {
      const run = (): Promise<void> => this.cache.invalidateWidely(organisation, subjectOf(target), mode);
      return [{ about: 'organisation' in target ? {} : target, run }];
    }
    return target.customerIds.map((customerId) => ({
      about: { customerId },
      run: async () => {
        const isPublished = await this.cache.forget({ organisation, customerId }, mode === 'stale' ? 'stale' : 'all');
        if (!isPublished) throw problemWithoutRedis('cache_unavailable');
      },
    }));
  }

  /** Reserves room for every line before it does anything. */
  private beginLines(
    { caller, requestId }: Invalidation,
    steps: readonly Step[],
  ): readonly ((outcome: AuditOutcome) => void)[] {
    const common = {
      operation: `POST ${INVALIDATIONS_ROUTE}`,
      right: 'profiles:refresh',
      caller: caller.name,
    } as const;
    return this.audit.beginAll(
      steps.map(({ about }) => ({ ...common, ...about, organisation: caller.organisation.id, requestId })),
    );
  }
}

function subjectOf(target: Exclude<InvalidationTarget, { customerIds: readonly string[] }>): WideSubject {
  if ('billingCustomerId' in target) return `billing ${target.billingCustomerId}`;
  return 'source' in target ? `source ${target.source}` : 'organisation';
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Bulkhead } from '../resilience/bulkhead.ts';
import { CircuitBreaker, type CircuitBreakerOptions } from '../resilience/circuit-breaker.ts';
import { RetryBudget } from '../resilience/retry-budget.ts';
import { type UpstreamCall } from './upstream-call.ts';
import { type UpstreamName } from './upstream-error.ts';

/** Circuit breaker and bulkhead of one operation of one upstream, for one organisation. */
export interface OperationPolicies {
  readonly upstream: UpstreamName;
  readonly operation: string;
  readonly organisation: string;
  readonly breaker: CircuitBreaker;
  readonly bulkhead: Bulkhead;
}

/** Per operation: a connector that hangs neither fills the bulkhead of the others nor opens their breakers. */
const BULKHEAD = { maxConcurrent: 64, maxQueue: 512, queueTimeoutMs: 1000 } as const;

const MINIMUM_TIMEOUTS = 5;

/**
 * It opens when nine of ten calls of the last ten seconds failed, because an upstream that answers some calls is still
 * useful. Twenty calls are enough. So are fewer calls that took five timeouts, because an upstream that hangs gets few
 * calls.
 */
export function circuitBreakerOptions(timeoutMs: number): CircuitBreakerOptions {
  return {
    failureRateThreshold: 0.9,
    minimumCalls: 20,
    slowCalls: { minimumTimeouts: MINIMUM_TIMEOUTS, timeoutMs },
    // Long enough for that many calls, one after the other.
    window: { ms: Math.max(10_000, (MINIMUM_TIMEOUTS + 1) * timeoutMs) },
    openDurationMs: 3000,
    maxOpenDurationMs: 6000,
    halfOpenCalls: 3,
  };
}

/** The circuit breakers, bulkheads and retry budgets of this process, each created on first use. */
@Injectable()
export class UpstreamPolicies {
  private readonly policies = new Map<string, OperationPolicies>();
  private readonly retryBudgets = new Map<UpstreamName, RetryBudget>();

  constructor(private readonly clock: Clock) {}

  policiesFor({ upstream, operation, organisation, attemptTimeoutMs }: UpstreamCall<unknown>): OperationPolicies {
    const key = `${upstream} ${operation} ${organisation}`;
    let policies = this.policies.get(key);
    if (!policies) {
      const breaker = new CircuitBreaker(circuitBreakerOptions(attemptTimeoutMs));
      policies = { upstream, operation, organisation, breaker, bulkhead: new Bulkhead(this.clock, BULKHEAD) };
      this.policies.set(key, policies);
    }
    return policies;
  }

  retryBudget(upstream: UpstreamName): RetryBudget {
    let budget = this.retryBudgets.get(upstream);
    if (!budget) {
      budget = new RetryBudget();
      this.retryBudgets.set(upstream, budget);
    }
    return budget;
  }

  all(): readonly OperationPolicies[] {
    return [...this.policies.values()];
  }
}

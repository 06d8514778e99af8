import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Breaker } from './breaker.ts';
import { Places } from './places.ts';
import { RetryBudget } from './retry-budget.ts';
import { type UpstreamCall } from './upstream-call.ts';
import { type UpstreamName } from './upstream.error.ts';

/** What stands before the calls of one operation of one upstream, for one organisation. */
export interface Gates {
  readonly upstream: UpstreamName;
  readonly operation: string;
  readonly organisation: string;
  readonly breaker: Breaker;
  readonly places: Places;
}

/** Per operation, so that one hanging connector cannot take the places of the others nor open their breakers. */
const LIMITS = { places: 64, queue: 512, waitMs: 1000 } as const;

/** The breakers, places and retry budgets of this process, made when first needed. */
@Injectable()
export class UpstreamGates {
  private readonly gates = new Map<string, Gates>();
  private readonly budgets = new Map<UpstreamName, RetryBudget>();

  constructor(private readonly clock: Clock) {}

  of({ upstream, operation, organisation }: UpstreamCall<unknown>): Gates {
    const key = `${upstream} ${operation} ${organisation}`;
    let gates = this.gates.get(key);
    if (!gates) {
      gates = { upstream, operation, organisation, breaker: new Breaker(), places: new Places(this.clock, LIMITS) };
      this.gates.set(key, gates);
    }
    return gates;
  }

  retryBudget(upstream: UpstreamName): RetryBudget {
    let budget = this.budgets.get(upstream);
    if (!budget) {
      budget = new RetryBudget();
      this.budgets.set(upstream, budget);
    }
    return budget;
  }

  all(): readonly Gates[] {
    return [...this.gates.values()];
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { type CircuitBreakerState } from '../resilience/circuit-breaker.ts';
import { type UpstreamCall } from './upstream-call.ts';
import { type UpstreamName } from './upstream-error.ts';
import { UpstreamPolicies } from './upstream-policies.ts';

/** The state of one upstream for one organisation, as seen in traffic. */
export interface UpstreamHealth {
  readonly upstream: UpstreamName;
  readonly organisation: string;
  /** The worst of its operations' breakers. */
  readonly breaker: CircuitBreakerState;
  /** Operations whose breaker is not closed. */
  readonly openBreakers: readonly string[];
  /** ISO 8601 with Z; null when there was none since the start. */
  readonly lastAnswerAt: string | null;
  /** A moving average over answers; null when there was none. */
  readonly latencyMs: number | null;
}

type Operation = Pick<UpstreamCall<unknown>, 'upstream' | 'organisation' | 'operation'>;

const WEIGHT_OF_LAST = 0.2;

/** Remembers when each upstream and each of its operations last gave a definite answer, and how fast. */
@Injectable()
export class UpstreamStatus {
  private readonly answers = new Map<string, { at: number; latencyMs: number }>();
  private readonly operations = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly policies: UpstreamPolicies,
  ) {}

  answered({ upstream, organisation, operation }: UpstreamCall<unknown>, latencyMs: number): void {
    const key = `${upstream} ${organisation}`;
    const before = this.answers.get(key)?.latencyMs ?? latencyMs;
    const at = this.clock.now();
    this.answers.set(key, { at, latencyMs: before + WEIGHT_OF_LAST * (latencyMs - before) });
    this.operations.set(`${key} ${operation}`, at);
  }

  /** When one operation last gave a definite answer, in epoch milliseconds; null: not since the start. */
  lastAnswerAt({ upstream, organisation, operation }: Operation): number | null {
    return this.operations.get(`${upstream} ${organisation} ${operation}`) ?? null;
  }

  /** One line for each upstream and organisation that has been called. */
  report(): readonly UpstreamHealth[] {
    const groups = Map.groupBy(this.policies.all(), ({ upstream, organisation }) => `${upstream} ${organisation}`);
    return [...groups].flatMap(([key, policies]) => {
      const [first] = policies;
      if (!first) return [];
      const states = policies.map(({ breaker }) => breaker.stateName);
      const answer = this.answers.get(key);
      return {
        upstream: first.upstream,
        organisation: first.organisation,
        breaker: states.includes('open') ? 'open' : states.includes('half-open') ? 'half-open' : 'closed',
        openBreakers: policies
          .filter(({ breaker }) => breaker.stateName !== 'closed')
          .map(({ operation }) => operation),
        lastAnswerAt: answer ? isoInstant(answer.at) : null,
        latencyMs: answer ? Math.round(answer.latencyMs) : null,
      };
    });
  }
}

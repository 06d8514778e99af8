import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { Metrics } from '../../telemetry/metrics.ts';
import { type InspectedSource } from './inspected-values.ts';

/** The outcome of an inspection: a closed list. `skipped`: the process was busy, or the cache has changed since. */
const INSPECTION_OUTCOMES = ['right', 'wrong', 'skipped', 'failed'] as const;
export type InspectionOutcome = (typeof INSPECTION_OUTCOMES)[number];

/** Shows how old answers from the cache were, and how often they were wrong. Labels come from closed lists. */
@Injectable()
export class InspectionMetrics {
  readonly outcomes: Counter<'outcome'>;
  private readonly values: Counter<'source' | 'group' | 'verdict'>;
  private readonly ages: Histogram<'verdict'>;

  constructor({ registry }: Metrics) {
    const registers = [registry];
    this.outcomes = new Counter({
      name: 'profile_inspections_total',
      help: 'Answers from the cache that were compared with their sources, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of INSPECTION_OUTCOMES) this.outcomes.inc({ outcome }, 0);
    this.values = new Counter({
      name: 'profile_inspected_values_total',
      help: 'Values of inspected answers, by source, field group, and whether the source still gives the same value.',
      labelNames: ['source', 'group', 'verdict'],
      registers,
    });
    this.ages = new Histogram({
      name: 'profile_inspected_age_seconds',
      help: 'Age of each source’s contribution to inspected answers, by whether all of it was right.',
      labelNames: ['verdict'],
      buckets: [1, 10, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 86_400],
      registers,
    });
  }

  /** @returns whether all of it was right */
  compared(sources: readonly InspectedSource[]): boolean {
    const verdictOf = (isRight: boolean): string => (isRight ? 'right' : 'wrong');
    let areAllRight = true;
    for (const { source, ageMs, groups } of sources) {
      const isRight = groups.every((one) => one.isRight);
      this.ages.observe({ verdict: verdictOf(isRight) }, ageMs / 1000);
      for (const one of groups) this.values.inc({ source, group: one.group, verdict: verdictOf(one.isRight) });
      areAllRight &&= isRight;
    }
    return areAllRight;
  }
}

import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { SweepProgress } from '../health/sweep-progress.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { SWEEP_OUTCOMES, type SweepOutcome } from './sweep-position.ts';

/** Counts the sweep's visits in this process, and shows its progress in the fleet. */
@Injectable()
export class SweepMetrics {
  /** Customers that this process has visited. */
  readonly customers: Counter<'outcome'>;
  readonly interruptions: Counter;

  constructor({ registry }: Metrics, progress: SweepProgress) {
    const registers = [registry];
    this.customers = new Counter({
      name: 'profile_sweep_customers_total',
      help: 'Customers that this process has visited in the sweep, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of SWEEP_OUTCOMES) this.customers.inc({ outcome } satisfies { outcome: SweepOutcome }, 0);
    this.interruptions = new Counter({
      name: 'profile_sweep_interruptions_total',
      help: 'Times that the sweep has stopped before the end of its round, because of Redis or another leader; it continues later.',
      registers,
    });
    const gauge = (name: string, help: string, read: () => number): Gauge =>
      new Gauge({
        name: `profile_sweep_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    const secondsOf = (instant: string | null | undefined): number => (instant ? Date.parse(instant) / 1000 : 0);
    gauge('leading', 'Whether this process sweeps now.', () => (progress.report?.isLeader ? 1 : 0));
    gauge(
      'progress_ratio',
      'The approximate share of the round that is done in the fleet.',
      () => progress.report?.progress ?? 0,
    );
    gauge('started_timestamp_seconds', 'When the round began; 0: none has.', () =>
      secondsOf(progress.report?.startedAt),
    );
    gauge('completed_timestamp_seconds', 'When the last complete round ended; 0: none has.', () =>
      secondsOf(progress.report?.completedAt),
    );
  }
}

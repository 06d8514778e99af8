import { Counter } from 'prom-client';
import { type Metrics } from '../metrics.ts';

/** Why a span was not exported: a closed list. */
const DROP_REASONS = ['queue_full', 'export_failed', 'shutdown'] as const;

/** What became of spans since the start. */
export class SpanCounts {
  exported = 0;
  readonly dropped: Record<(typeof DROP_REASONS)[number], number> = { queue_full: 0, export_failed: 0, shutdown: 0 };
}

/** Shows the counts; without tracing they stay 0. */
export function showSpanCounts({ registry }: Metrics, counts: SpanCounts): void {
  const registers = [registry];
  new Counter({
    name: 'trace_spans_exported_total',
    help: 'Spans that the collector took.',
    registers,
    collect() {
      this.reset();
      this.inc(counts.exported);
    },
  });
  new Counter({
    name: 'trace_spans_dropped_total',
    help: 'Spans that were not exported: too many waited (queue_full), the collector did not take them (export_failed), or the process ended first (shutdown).',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const reason of DROP_REASONS) this.inc({ reason }, counts.dropped[reason]);
    },
  });
}

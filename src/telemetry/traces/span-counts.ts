import { Counter } from 'prom-client';
import { type Metrics } from '../metrics.ts';

/** Why a span was not exported: a closed list. */
const DROP_REASONS = ['queue_full', 'export_failed', 'shutdown'] as const;

type DropReason = (typeof DROP_REASONS)[number];

/** How many spans were exported, and how many were not, since the start. */
export class SpanCounts {
  private taken = 0;
  private readonly drops = new Map<DropReason, number>();

  get exported(): number {
    return this.taken;
  }

  dropped(reason: DropReason): number {
    return this.drops.get(reason) ?? 0;
  }

  addExported(spans: number): void {
    this.taken += spans;
  }

  addDropped(reason: DropReason, spans: number): void {
    this.drops.set(reason, this.dropped(reason) + spans);
  }
}

/** Shows the counts; without tracing they stay 0. */
export function showSpanCounts({ registry }: Metrics, counts: SpanCounts): void {
  const registers = [registry];
  new Counter({
    name: 'trace_spans_exported_total',
    help: 'Spans that the collector accepted.',
    registers,
    collect() {
      this.reset();
      this.inc(counts.exported);
    },
  });
  new Counter({
    name: 'trace_spans_dropped_total',
    help: 'Spans that were not exported: too many waited (queue_full), the collector did not accept them (export_failed), or the process ended first (shutdown).',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const reason of DROP_REASONS) this.inc({ reason }, counts.dropped(reason));
    },
  });
}

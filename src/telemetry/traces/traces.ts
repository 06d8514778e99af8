import { type Logger } from 'pino';
import { type Clock } from '../../config/clock.ts';
import { type TracesConfig } from '../../config/traces-config.ts';
import { type CountedExport } from './counted-export.ts';
import { type SpanCounts } from './span-counts.ts';
import { type Spans } from './spans.ts';
import { newTraceId, TraceShare } from './trace-ids.ts';
import { TraceScope } from './trace-scope.ts';
import { readTraceparent } from './traceparent.ts';

/** How long the process waits at its end for the export of the last spans. */
const LAST_EXPORT_MS = 2000;

/** Traces requests and sends their spans. It exists only when traces are exported. */
export class Traces {
  private readonly share: TraceShare;

  constructor(
    private readonly sampler: TracesConfig['sampler'],
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly counts: SpanCounts,
    private readonly spans: Spans,
    private readonly out: CountedExport,
  ) {
    this.share = new TraceShare(sampler.ratio);
  }

  /**
   * The scope of a request. It decides whether the request is sampled before it creates a span.
   * @param traceparent the request's header
   */
  request(method: string, traceparent: string | string[] | undefined): TraceScope {
    const parent = readTraceparent(traceparent);
    const traceId = parent?.traceId ?? newTraceId();
    const isSampled = parent && this.sampler.followsCaller ? parent.isSampled : this.share.has(traceId);
    return isSampled
      ? TraceScope.sampled(this.spans, traceId, method, parent)
      : TraceScope.unsampled(this.spans, traceId);
  }

  /** Sends the ended spans. */
  async flush(): Promise<void> {
    await this.out.forceFlush();
  }

  /** Sends the last spans, waits for that at most `withinMs`, and counts the spans that did not arrive. */
  async close(withinMs: number): Promise<void> {
    const wait = Math.min(withinMs, LAST_EXPORT_MS);
    const timer = Promise.withResolvers<undefined>();
    const limit = this.clock.after(wait, () => {
      timer.resolve(undefined);
    });
    // `CountedExport` counts and logs a failed export.
    await Promise.race([this.out.shutdown().catch(() => undefined), timer.promise]);
    limit.cancel();
    const { unsent } = this.out;
    if (unsent === 0) return;
    this.counts.addDropped('shutdown', unsent);
    this.log.warn(
      { event: 'traces_lost', spans: unsent },
      'the process ends before the collector has accepted the last traces',
    );
  }
}

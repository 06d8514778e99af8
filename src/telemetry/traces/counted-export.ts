import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { type Logger } from 'pino';
import { type TracesConfig } from '../../config/traces-config.ts';
import { type SpanCounts } from './span-counts.ts';

type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0];
/** Its enumeration is in a package on which we do not depend. */
const isTaken = ({ code }: { readonly code: number }): boolean => code === 0;

/** Sends spans in batches, and counts those that arrive, those that fail, and those beyond the bound. Nobody waits for it. */
export class CountedExport implements SpanProcessor {
  private readonly batches: BatchSpanProcessor;
  private waiting = 0;
  private inFlight = 0;
  private isFailing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly bounds: TracesConfig['batches'],
    private readonly counts: SpanCounts,
    private readonly log: Logger,
  ) {
    this.batches = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) => {
          this.send(spans, done);
        },
        shutdown: () => exporter.shutdown(),
      },
      scheduledDelayMillis: bounds.delayMs,
      exportTimeoutMillis: bounds.timeoutMs,
      maxQueueSize: bounds.maxWaiting,
      maxExportBatchSize: bounds.maxSize,
    });
  }

  /** Spans that have ended but have not arrived. */
  get unsent(): number {
    return this.waiting + this.inFlight;
  }

  onStart(): void {
    // A span is sent when it has ended.
  }

  onEnd(span: ReadableSpan): void {
    if (this.waiting >= this.bounds.maxWaiting) {
      this.counts.addDropped('queue_full', 1);
      return;
    }
    this.waiting += 1;
    this.batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.batches.shutdown();
  }

  private send(spans: ReadableSpan[], done: (result: Result) => void): void {
    this.waiting -= spans.length;
    this.inFlight += spans.length;
    this.exporter.export(spans, (result) => {
      this.inFlight -= spans.length;
      if (isTaken(result)) this.counts.addExported(spans.length);
      else this.counts.addDropped('export_failed', spans.length);
      this.logChange(result, spans.length);
      done(result);
    });
  }

  /** Logs when the collector begins to fail, and when it accepts traces again. It does not log the collector's own text. */
  private logChange(result: Result, spans: number): void {
    const isFailing = !isTaken(result);
    if (isFailing === this.isFailing) return;
    this.isFailing = isFailing;
    if (!isFailing) {
      this.log.info({ event: 'traces_exported_again' }, 'the collector accepts traces again');
      return;
    }
    const { error } = result;
    const errorCode = error && 'code' in error ? String(error.code).slice(0, 32) : undefined;
    this.log.warn(
      { event: 'traces_not_exported', spans, errorCode },
      'the collector does not accept traces; they are dropped and counted',
    );
  }
}

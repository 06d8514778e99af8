import { AsyncLocalStorage } from 'node:async_hooks';
import { type Attributes, type OpenSpan, type SpanKindName, type Spans } from './spans.ts';
import { newSpanId, newTraceId } from './trace-ids.ts';
import { type TraceParent, writeTraceparent } from './traceparent.ts';

const scopes = new AsyncLocalStorage<TraceScope>();

/**
 * The part of a trace in which code runs: a request, or work for one. In a trace that is not sampled it has only ids for
 * the log. Without tracing there is none.
 */
export class TraceScope {
  private isOpen = true;
  private ownSpanId: string | null = null;

  /** @param span null: the trace is not sampled */
  private constructor(
    private readonly traceId: string,
    private readonly span: OpenSpan | null,
    private readonly spans: Spans,
  ) {}

  /** The scope of the running code; null: there is none, or the code has outlived it. */
  static current(): TraceScope | null {
    const scope = scopes.getStore();
    return scope?.isOpen === true ? scope : null;
  }

  /** The scope of a request whose trace is not sampled. */
  static unsampled(spans: Spans, traceId: string): TraceScope {
    return new TraceScope(traceId, null, spans);
  }

  /** The scope of a request whose trace is sampled. @param parent the span of its caller; null: it begins the trace */
  static sampled(spans: Spans, traceId: string, method: string, parent: TraceParent | null): TraceScope {
    const span = parent ? spans.below(parent, method, 'server') : spans.root(traceId, method, 'server', null);
    return new TraceScope(traceId, span, spans);
  }

  /** Whether it has spans. */
  get isSampled(): boolean {
    return this.span !== null;
  }

  /** For a call that this scope makes. */
  get traceparent(): string {
    return writeTraceparent(this.ids);
  }

  /** Its ids, for log lines and problems. */
  get fields(): { traceId: string; spanId: string } {
    return { traceId: this.traceId, spanId: this.spanId };
  }

  /** As `fields`, written as JSON: hexadecimal digits need no escaping. */
  get members(): string {
    return `,"traceId":"${this.traceId}","spanId":"${this.spanId}"`;
  }

  /** Runs code in this scope. */
  run<T>(work: () => T): T {
    return scopes.run(this, work);
  }

  /** A child span; null: the trace is not sampled, or this scope has ended. */
  child(name: string, kind: SpanKindName = 'internal', attributes: Attributes = {}): TraceScope | null {
    if (!this.span || !this.isOpen) return null;
    const span = this.spans.below(this.ids, name, kind);
    span.set(attributes);
    return new TraceScope(this.traceId, span, this.spans);
  }

  /** A separate trace, for work that continues after this scope; its span links to this one. */
  detached(name: string, attributes: Attributes = {}): TraceScope {
    const traceId = newTraceId();
    const span = this.span && this.spans.root(traceId, name, 'internal', this.ids);
    span?.set(attributes);
    return new TraceScope(traceId, span, this.spans);
  }

  rename(name: string): void {
    this.span?.rename(name);
  }

  /** Values come from closed lists, or are numbers. */
  set(attributes: Attributes): void {
    if (this.isOpen) this.span?.set(attributes);
  }

  /** @param error a word of a closed list; null: success */
  end(error: string | null = null): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.span?.end(error);
  }

  private get ids(): TraceParent {
    return { traceId: this.traceId, spanId: this.spanId, isSampled: this.isSampled };
  }

  /** Without a span it is made when it is first needed. */
  private get spanId(): string {
    this.ownSpanId ??= this.span?.id ?? newSpanId();
    return this.ownSpanId;
  }
}

/** Does synchronous work in a child of the current span, if there is one. The span names an error only by its class. */
export function inSpanSync<T>(name: string, work: () => T): T {
  const span = TraceScope.current()?.child(name);
  if (!span) return work();
  try {
    const value = work();
    span.end();
    return value;
  } catch (error) {
    span.end(nameOf(error));
    throw error;
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.constructor.name : 'unknown');

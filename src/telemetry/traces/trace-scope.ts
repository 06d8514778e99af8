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

  /** @param span null: the trace is not sampled */
  private constructor(
    private readonly ids: TraceParent,
    private readonly span: OpenSpan | null,
    private readonly spans: Spans,
  ) {}

  /** The scope of the running code; null: there is none, or the code has outlived it. */
  static current(): TraceScope | null {
    const scope = scopes.getStore();
    return scope?.isOpen === true ? scope : null;
  }

  /** The scope of a request. @param parent the span of its caller; null: it begins the trace */
  static ofRequest(
    spans: Spans,
    method: string,
    parent: TraceParent | null,
    { traceId, isSampled }: Omit<TraceParent, 'spanId'>,
  ): TraceScope {
    if (!isSampled) return new TraceScope({ traceId, spanId: newSpanId(), isSampled }, null, spans);
    const span = parent ? spans.below(parent, method, 'server') : spans.root(traceId, method, 'server', null);
    return new TraceScope({ traceId, spanId: span.id, isSampled }, span, spans);
  }

  /** Whether it has spans. */
  get isSampled(): boolean {
    return this.ids.isSampled;
  }

  /** For a call that this scope makes. */
  get traceparent(): string {
    return writeTraceparent(this.ids);
  }

  /** Its ids, for log lines and problems. */
  get fields(): { traceId: string; spanId: string } {
    const { traceId, spanId } = this.ids;
    return { traceId, spanId };
  }

  /** As `fields`, written as JSON: hexadecimal digits need no escaping. */
  get members(): string {
    const { traceId, spanId } = this.ids;
    return `,"traceId":"${traceId}","spanId":"${spanId}"`;
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
    return new TraceScope({ ...this.ids, spanId: span.id }, span, this.spans);
  }

  /** A separate trace, for work that continues after this scope; its span links to this one. */
  detached(name: string, attributes: Attributes = {}): TraceScope {
    const { isSampled } = this.ids;
    const traceId = newTraceId();
    const span = isSampled ? this.spans.root(traceId, name, 'internal', this.ids) : null;
    span?.set(attributes);
    return new TraceScope({ traceId, spanId: span?.id ?? newSpanId(), isSampled }, span, this.spans);
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

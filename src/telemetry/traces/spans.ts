import { type Span, SpanKind, SpanStatusCode, TraceFlags, type Tracer, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type IdGenerator } from '@opentelemetry/sdk-trace';
import { newSpanId, newTraceId } from './trace-ids.ts';
import { type TraceParent } from './traceparent.ts';

const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT };
export type SpanKindName = keyof typeof KINDS;

/** What a span says: words of closed lists, routes, and numbers; never an id of a customer, a URL, or a value. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Gives the trace ids that were decided on, before anything was made. */
export class DecidedIds implements IdGenerator {
  next: string | null = null;

  generateTraceId(): string {
    return this.next ?? newTraceId();
  }

  generateSpanId(): string {
    return newSpanId();
  }
}

/** Makes the spans of the SDK, all of them sampled. It is loaded when traces are exported, and not otherwise. */
export class Spans {
  constructor(
    private readonly tracer: Tracer,
    private readonly ids: DecidedIds,
  ) {}

  /** A span that begins a trace. @param cause a span of another trace that it is linked to */
  root(traceId: string, name: string, kind: SpanKindName, cause: TraceParent | null): OpenSpan {
    this.ids.next = traceId;
    const links = cause ? [{ context: contextOf(cause) }] : [];
    const span = this.tracer.startSpan(name, { kind: KINDS[kind], links }, ROOT_CONTEXT);
    this.ids.next = null;
    return new OpenSpan(span);
  }

  /** A span below another one. */
  below(parent: TraceParent, name: string, kind: SpanKindName): OpenSpan {
    const context = trace.setSpanContext(ROOT_CONTEXT, contextOf(parent));
    return new OpenSpan(this.tracer.startSpan(name, { kind: KINDS[kind] }, context));
  }
}

/** A span of the SDK that has not ended. */
export class OpenSpan {
  constructor(private readonly span: Span) {}

  get id(): string {
    return this.span.spanContext().spanId;
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  end(error: string | null): void {
    if (error !== null) this.span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR });
    this.span.end();
  }
}

const contextOf = ({
  traceId,
  spanId,
  isSampled,
}: TraceParent): { traceId: string; spanId: string; traceFlags: number } => ({
  traceId,
  spanId,
  traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
});

import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace, TraceFlags, type Tracer } from '@opentelemetry/api';
import { type IdGenerator } from '@opentelemetry/sdk-trace';
import { newSpanId, newTraceId } from './trace-ids.ts';
import { type TraceParent } from './traceparent.ts';

const KINDS = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT };
export type SpanKindName = keyof typeof KINDS;

/** The attributes of a span: words of closed lists, routes, and numbers; never an id of a customer, a URL, or a value. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Returns trace ids that were chosen before the span was created. */
export class DecidedIds implements IdGenerator {
  private decided: string | null = null;

  /** Creates something with this trace id. */
  using<T>(traceId: string, make: () => T): T {
    this.decided = traceId;
    try {
      return make();
    } finally {
      this.decided = null;
    }
  }

  generateTraceId(): string {
    return this.decided ?? newTraceId();
  }

  generateSpanId(): string {
    return newSpanId();
  }
}

/** Creates the SDK's spans, all of them sampled. It is loaded only when traces are exported. */
export class Spans {
  constructor(
    private readonly tracer: Tracer,
    private readonly ids: DecidedIds,
  ) {}

  /** A span that begins a trace. @param cause a span of another trace to which it links */
  root(traceId: string, name: string, kind: SpanKindName, cause: TraceParent | null): OpenSpan {
    const links = cause ? [{ context: contextOf(cause) }] : [];
    const begin = (): Span => this.tracer.startSpan(name, { kind: KINDS[kind], links }, ROOT_CONTEXT);
    return new OpenSpan(this.ids.using(traceId, begin));
  }

  /** A child of another span. */
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

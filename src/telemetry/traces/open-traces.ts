import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { type Logger } from 'pino';
import { type Clock } from '../../config/clock.ts';
import { SERVICE_NAME } from '../../config/service-name.ts';
import { type TracesConfig } from '../../config/traces-config.ts';
import { SERVICE_VERSION } from '../build-info.ts';
import { CountedExport } from './counted-export.ts';
import { type SpanCounts } from './span-counts.ts';
import { DecidedIds, Spans } from './spans.ts';
import { Traces } from './traces.ts';

/** Longer texts are truncated; our spans have none. */
const MAX_TEXT_LENGTH = 256;

/** The OpenTelemetry SDK, with spans that we create ourselves. Import it only when traces are exported: it costs memory and time. */
export function openTraces(config: TracesConfig, clock: Clock, log: Logger, counts: SpanCounts): Traces {
  const { protocol, url, headers, compression, timeoutMs } = config.exporter;
  const Exporter = protocol === 'http/json' ? JsonExporter : ProtobufExporter;
  const exporter = new Exporter({
    url,
    headers: { ...headers },
    timeoutMillis: timeoutMs,
    // The package that takes these words does not export their enumeration.
    compression: compression as never,
    keepAlive: true,
  });
  const out = new CountedExport(exporter, config.batches, counts, log);
  const ids = new DecidedIds();
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({ 'service.version': SERVICE_VERSION, ...config.resource }),
    ),
    // No span is made for a trace that is not sampled.
    sampler: new AlwaysOnSampler(),
    spanLimits: { attributeValueLengthLimit: MAX_TEXT_LENGTH },
    idGenerator: ids,
    spanProcessors: [out],
  });
  const spans = new Spans(provider.getTracer(SERVICE_NAME, SERVICE_VERSION), ids);
  return new Traces(config.sampler, clock, log, counts, spans, out);
}

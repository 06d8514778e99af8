import { IsIn, IsOptional, Matches, MaxLength } from 'class-validator';
import { OTLP_COMPRESSIONS, OTLP_PROTOCOLS, TRACE_SAMPLERS } from '../../trace-words.ts';
import { IsBaseUrl, IsHeaderList, IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** Which requests are traced, and where the traces go. */
export class TraceVariables {
  @Variable(
    'Base address of the OpenTelemetry collector that takes traces by OTLP over HTTP, such as http://collector:4318; /v1/traces is added. Absent, and no other endpoint: nothing is traced (docs/traces.md).',
  )
  @IsOptional()
  @IsBaseUrl()
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;

  @Variable('Full address for traces, instead of OTEL_EXPORTER_OTLP_ENDPOINT; nothing is added to it.')
  @IsOptional()
  @IsBaseUrl()
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  @Variable(
    'otlp or none. Absent: otlp when there is an endpoint. With otlp and no endpoint it is http://localhost:4318.',
  )
  @IsOptional()
  @IsIn(['otlp', 'none'])
  OTEL_TRACES_EXPORTER?: string;

  @Variable('true: nothing is traced, whatever else is set.')
  @IsIn(['true', 'false'])
  OTEL_SDK_DISABLED = 'false';

  @Variable('How traces are sent: http/protobuf or http/json.')
  @IsIn(OTLP_PROTOCOLS)
  OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';

  @Variable('As OTEL_EXPORTER_OTLP_PROTOCOL, for traces alone.')
  @IsOptional()
  @IsIn(OTLP_PROTOCOLS)
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: string;

  @Variable('Headers of each export, as name=value, comma-separated, values percent-encoded; mostly credentials.', {
    secret: true,
  })
  @IsOptional()
  @IsHeaderList()
  OTEL_EXPORTER_OTLP_HEADERS?: string;

  @Variable('As OTEL_EXPORTER_OTLP_HEADERS, for traces alone; the headers of both are sent.', { secret: true })
  @IsOptional()
  @IsHeaderList()
  OTEL_EXPORTER_OTLP_TRACES_HEADERS?: string;

  @Variable('How long an export may take, including its retries, in milliseconds.')
  @IsWholeNumber(1, 600_000)
  OTEL_EXPORTER_OTLP_TIMEOUT = 10_000;

  @Variable('As OTEL_EXPORTER_OTLP_TIMEOUT, for traces alone.')
  @IsOptional()
  @IsWholeNumber(1, 600_000)
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT?: number;

  @Variable('Compression of an export: none or gzip.')
  @IsIn(OTLP_COMPRESSIONS)
  OTEL_EXPORTER_OTLP_COMPRESSION = 'none';

  @Variable('As OTEL_EXPORTER_OTLP_COMPRESSION, for traces alone.')
  @IsOptional()
  @IsIn(OTLP_COMPRESSIONS)
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION?: string;

  @Variable(
    'The name of the service in traces. Absent: service.name of OTEL_RESOURCE_ATTRIBUTES, or customer-profiles.',
  )
  @IsOptional()
  @MaxLength(255)
  OTEL_SERVICE_NAME?: string;

  @Variable(
    'Further attributes of this process in traces, as name=value, comma-separated, values percent-encoded, such as deployment.environment.name=production.',
  )
  @IsOptional()
  @IsHeaderList()
  OTEL_RESOURCE_ATTRIBUTES?: string;

  @Variable(
    'Which requests are traced: always_on, always_off or traceidratio; with the prefix parentbased_, a caller that sends a traceparent decides, and this applies to the others.',
  )
  @IsIn(TRACE_SAMPLERS)
  OTEL_TRACES_SAMPLER = 'parentbased_always_on';

  @Variable('The share of requests that a sampler with traceidratio traces, from 0 to 1.')
  @Matches(/^(0|0?\.\d{1,9}|1(\.0+)?)$/, { message: 'must be a number from 0 to 1' })
  OTEL_TRACES_SAMPLER_ARG = '1';

  @Variable('Time between two exports of spans, in milliseconds.')
  @IsWholeNumber(1, 600_000)
  OTEL_BSP_SCHEDULE_DELAY = 5000;

  @Variable('How long sending one batch of spans may take, in milliseconds.')
  @IsWholeNumber(1, 600_000)
  OTEL_BSP_EXPORT_TIMEOUT = 30_000;

  @Variable('Maximum number of spans that wait to be sent; further ones are dropped and counted.')
  @IsWholeNumber(1, 1_000_000)
  OTEL_BSP_MAX_QUEUE_SIZE = 2048;

  @Variable('Maximum number of spans in one export.')
  @IsWholeNumber(1, 1_000_000)
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE = 512;

  @Variable(
    'true: calls to the upstreams carry a traceparent. The upstreams are other companies; choose it when one of them asks for it.',
  )
  @IsIn(['true', 'false'])
  UPSTREAM_TRACE_CONTEXT = 'false';
}

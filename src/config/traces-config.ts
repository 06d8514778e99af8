import { type Env } from './environment/env.ts';
import { splitList } from './environment/split-list.ts';
import { withoutTrailingSlash } from './http-config.ts';
import { SERVICE_NAME } from './service-name.ts';
import { type OtlpCompression, type OtlpProtocol } from './trace-words.ts';

const DEFAULT_ENDPOINT = 'http://localhost:4318';

/** Which requests are traced, and where the traces go. */
export interface TracesConfig {
  readonly exporter: {
    readonly url: string;
    readonly protocol: OtlpProtocol;
    readonly compression: OtlpCompression;
    readonly headers: Readonly<Record<string, string>>;
    /** For one export, including its retries. */
    readonly timeoutMs: number;
  };
  readonly batches: {
    readonly delayMs: number;
    readonly timeoutMs: number;
    /** Maximum number of spans that wait. */
    readonly maxWaiting: number;
    /** Maximum number of spans in one export. */
    readonly maxSize: number;
  };
  readonly sampler: {
    /** A caller's `traceparent` decides, when there is one. */
    readonly followsCaller: boolean;
    /** The traced share of all other requests. */
    readonly ratio: number;
  };
  /** The attributes of this process on each span, its `service.name` among them. */
  readonly resource: Readonly<Record<string, string>>;
  /** Whether calls to the upstreams carry a `traceparent`. */
  readonly goesUpstream: boolean;
}

/** @returns null when nothing is traced */
export function tracesConfig(env: Env): TracesConfig | null {
  const url = endpointOf(env);
  if (url === null || env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return null;
  return {
    exporter: {
      url,
      protocol: (env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL) as OtlpProtocol,
      compression: (env.OTEL_EXPORTER_OTLP_TRACES_COMPRESSION ?? env.OTEL_EXPORTER_OTLP_COMPRESSION) as OtlpCompression,
      headers: { ...pairsOf(env.OTEL_EXPORTER_OTLP_HEADERS), ...pairsOf(env.OTEL_EXPORTER_OTLP_TRACES_HEADERS) },
      timeoutMs: env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? env.OTEL_EXPORTER_OTLP_TIMEOUT,
    },
    batches: {
      delayMs: env.OTEL_BSP_SCHEDULE_DELAY,
      timeoutMs: env.OTEL_BSP_EXPORT_TIMEOUT,
      maxWaiting: env.OTEL_BSP_MAX_QUEUE_SIZE,
      maxSize: env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
    },
    sampler: { followsCaller: env.OTEL_TRACES_SAMPLER.startsWith('parentbased_'), ratio: ratioOf(env) },
    resource: {
      'service.name': SERVICE_NAME,
      ...pairsOf(env.OTEL_RESOURCE_ATTRIBUTES),
      ...(env.OTEL_SERVICE_NAME === undefined ? {} : { 'service.name': env.OTEL_SERVICE_NAME }),
    },
    goesUpstream: env.UPSTREAM_TRACE_CONTEXT === 'true',
  };
}

function endpointOf(env: Env): string | null {
  if (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined) return env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? (env.OTEL_TRACES_EXPORTER === 'otlp' ? DEFAULT_ENDPOINT : null);
  return base === null ? null : `${withoutTrailingSlash(base)}/v1/traces`;
}

function ratioOf({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio }: Env): number {
  if (sampler.endsWith('traceidratio')) return Number(ratio);
  return sampler.endsWith('always_on') ? 1 : 0;
}

function pairsOf(list: string | undefined): Record<string, string> {
  if (list === undefined) return {};
  const pairs = splitList(list).map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))] as const;
  });
  return Object.fromEntries(pairs);
}

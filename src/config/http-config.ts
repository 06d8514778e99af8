import { type Env } from './environment/env.ts';

/** Where the service listens, and its limits on connections, requests and answers. */
export interface HttpConfig {
  readonly port: number;
  readonly host: string;
  /** null: operators use `port`, too. */
  readonly managementPort: number | null;
  /** Without a slash at its end; '': links are relative to the host of the request. */
  readonly publicUrl: string;
  readonly keepAliveTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly minUploadBytesPerSecond: number;
  readonly sendTimeoutMs: number;
  readonly maxHeaderBytes: number;
  readonly maxImportBytes: number;
}

export function httpConfig(env: Env): HttpConfig {
  return {
    port: env.PORT,
    host: env.HOST,
    managementPort: env.MANAGEMENT_PORT ?? null,
    publicUrl: withoutTrailingSlash(env.PUBLIC_BASE_URL ?? ''),
    keepAliveTimeoutMs: env.KEEP_ALIVE_TIMEOUT_MS,
    headersTimeoutMs: env.HEADERS_TIMEOUT_MS,
    bodyTimeoutMs: env.REQUEST_TIMEOUT_MS,
    minUploadBytesPerSecond: env.MIN_UPLOAD_BYTES_PER_SECOND,
    sendTimeoutMs: env.SEND_TIMEOUT_MS,
    maxHeaderBytes: env.MAX_HEADER_BYTES,
    maxImportBytes: env.MAX_IMPORT_BYTES,
  };
}

export function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

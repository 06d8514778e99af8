import { IsOptional, Matches } from 'class-validator';
import { IsBaseUrl, IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** Where the service listens, and its limits on connections, requests and answers. */
export class HttpVariables {
  @Variable('Port to listen on; 0 takes a free one.')
  @IsWholeNumber(0, 65535)
  PORT = 3000;

  @Variable('Address to listen on.')
  @Matches(/^[A-Za-z0-9.:-]{1,253}$/, { message: 'must be an address or a host name' })
  HOST = '0.0.0.0';

  @Variable(
    'Port for operators; 0 takes a free one. /metrics, /health/dependencies, /docs and /openapi.json answer there alone, the probes on both. Absent: everything answers on PORT.',
  )
  @IsOptional()
  @IsWholeNumber(0, 65535)
  MANAGEMENT_PORT?: number;

  @Variable(
    'Where callers reach this service, when a gateway in front adds a path or another host: links in problems and in the API description begin with it. Absent: they are relative to the host of the request.',
  )
  @IsOptional()
  @IsBaseUrl()
  PUBLIC_BASE_URL?: string;

  @Variable(
    'How long an idle connection is kept. Choose more than the idle timeout of the gateway in front, or the gateway sends requests on connections that are being closed.',
  )
  @IsWholeNumber(1000)
  KEEP_ALIVE_TIMEOUT_MS = 620_000;

  @Variable(
    'How long the headers of a request may take. Choose more than the slowest link between gateway and service needs.',
  )
  @IsWholeNumber(100, 600_000)
  HEADERS_TIMEOUT_MS = 10_000;

  @Variable(
    'How long the body of a request may take, beyond the time that MIN_UPLOAD_BYTES_PER_SECOND allows. Choose how long to wait for a stalled sender; behind a gateway that buffers requests it has no effect.',
  )
  @IsWholeNumber(100, 600_000)
  REQUEST_TIMEOUT_MS = 5000;

  @Variable(
    'The lowest rate at which a body may arrive. Choose less than the slowest importing caller has: at the default, a file of 16 MiB may take 4 minutes.',
  )
  @IsWholeNumber(1)
  MIN_UPLOAD_BYTES_PER_SECOND = 65_536;

  @Variable(
    'How long a caller may pause while it reads an answer; then the answer is cut off. Choose more than the longest pause of a live caller.',
  )
  @IsWholeNumber(100, 600_000)
  SEND_TIMEOUT_MS = 60_000;

  @Variable(
    'Maximum size of a request’s headers, including its URL. Choose no less than the limit of the gateway in front, or this service refuses with 431 what the gateway lets through.',
  )
  @IsWholeNumber(4096, 131_072)
  MAX_HEADER_BYTES = 16_384;

  @Variable(
    'Maximum size of an import of links. Choose no more than the limit of the gateway in front; senders split larger files.',
  )
  @IsWholeNumber(32_768, 134_217_728)
  MAX_IMPORT_BYTES = 16_777_216;
}

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
    'Where callers reach this service, when a gateway in front adds a path or another host: links in problems and in the API description begin with it. Absent: they are paths of the host that was asked.',
  )
  @IsOptional()
  @IsBaseUrl()
  PUBLIC_BASE_URL?: string;

  @Variable(
    'How long a connection is kept that no request comes on. Choose more than the gateway in front keeps its connections to this service, or the gateway sends a request into a connection that is being closed.',
  )
  @IsWholeNumber(1000)
  KEEP_ALIVE_TIMEOUT_MS = 620_000;

  @Variable(
    'How long the headers of a request may take. Choose more than the slowest link between gateway and service needs.',
  )
  @IsWholeNumber(100, 600_000)
  HEADERS_TIMEOUT_MS = 10_000;

  @Variable(
    'How long the body of a request may take, beyond the time that MIN_UPLOAD_BYTES_PER_SECOND allows. Choose what a stalled sender is waited for; a gateway that buffers requests makes it irrelevant.',
  )
  @IsWholeNumber(100, 600_000)
  REQUEST_TIMEOUT_MS = 5000;

  @Variable(
    'The slowest rate at which a body may come. Choose less than the slowest caller of imports has: a file of 16 MiB may take 4 minutes at the default.',
  )
  @IsWholeNumber(1)
  MIN_UPLOAD_BYTES_PER_SECOND = 65_536;

  @Variable(
    'An answer is cut off when its reader takes nothing of it for this long. Choose more than the longest pause of a reader that is alive.',
  )
  @IsWholeNumber(100, 600_000)
  SEND_TIMEOUT_MS = 60_000;

  @Variable(
    'Size of the headers of a request, its URL included. Choose no less than the gateway in front lets through, or it answers what this service refuses with 431.',
  )
  @IsWholeNumber(4096, 131_072)
  MAX_HEADER_BYTES = 16_384;

  @Variable(
    'Size of the body of an import of links. Choose no more than the gateway in front lets through; larger files are split by their sender.',
  )
  @IsWholeNumber(32_768, 134_217_728)
  MAX_IMPORT_BYTES = 16_777_216;
}

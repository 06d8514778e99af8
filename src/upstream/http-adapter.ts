import { AxiosError, type AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';

type AxiosConfig = InternalAxiosRequestConfig<string | undefined>;

const unpackers: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
};
const ACCEPT_ENCODING = 'gzip, br';

/**
 * Makes axios's calls over `node:http` directly: no redirects, no streams, bodies as one Buffer. It costs half as much as
 * axios's own adapter. Errors still hold the request, which knows whether its socket was used before.
 * @throws AxiosError like axios's own adapter
 */
export async function httpAdapter(config: AxiosConfig): Promise<AxiosResponse<Buffer>> {
  const request = requestOf(config);
  const failed = (error: NodeJS.ErrnoException): AxiosError =>
    new AxiosError(error.message, error.code, config, request, request.res as never);
  try {
    const response = await answerOf(request, config);
    const data = await bodyOf(response, config.maxContentLength ?? Infinity);
    const { statusCode = 0, statusMessage = '' } = response;
    const headers = readHeaders(response) as never;
    return { status: statusCode, statusText: statusMessage, headers, data, config, request };
  } catch (error) {
    request.destroy();
    throw failed(error as NodeJS.ErrnoException);
  }
}

function requestOf({ url = '', method, headers, httpAgent, httpsAgent, signal }: AxiosConfig): ClientRequest & {
  readonly res?: unknown;
} {
  const isTls = url.startsWith('https:');
  const options = {
    method: method?.toUpperCase() ?? 'GET',
    headers: { 'Accept-Encoding': ACCEPT_ENCODING, ...(headers as AxiosHeaders).toJSON() } as Record<string, string>,
    agent: (isTls ? httpsAgent : httpAgent) as never,
    signal: signal as AbortSignal,
  };
  return (isTls ? requestHttps : requestHttp)(url, options);
}

/** The headers that are read of an answer. axios compares each one with all others. */
function readHeaders({ headers }: IncomingMessage): Readonly<Record<string, string | undefined>> {
  return {
    'content-type': headers['content-type'],
    'retry-after': headers['retry-after'],
    'x-request-id': headers['x-request-id'] as string | undefined,
  };
}

function answerOf(request: ClientRequest, { data }: AxiosConfig): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // The listener stays after the response, because an aborted request emits another error.
    request.on('error', reject);
    request.end(data);
  });
}

/** Decompresses the body as it arrives, because a small answer may have a large body. */
function bodyOf(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const unpacker = unpackers[response.headers['content-encoding']?.toLowerCase() ?? '']?.();
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    const body = unpacker ? response.once('error', reject).pipe(unpacker) : response;
    body.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length > maxBytes) reject(tooLarge(maxBytes));
      else pieces.push(piece);
    });
    body.once('end', () => {
      resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));
    });
    body.on('error', reject);
  });
}

/** The error that axios's own adapter throws. */
const tooLarge = (maxBytes: number): Error => new Error(`maxContentLength size of ${maxBytes} exceeded`);

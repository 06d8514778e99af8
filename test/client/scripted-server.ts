import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Scripted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Stands where the service does and answers what a test says, one answer after the other; then nothing at all. */
export interface ScriptedServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** Resolves when so many requests have come. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function scriptedServer(
  ...script: readonly (Scripted | ((response: ServerResponse) => void))[]
): Promise<ScriptedServer> {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer(({ method = '', url = '', headers }, response) => {
    const next = script[received.length];
    received.push({ method, url, headers });
    for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    if (typeof next === 'function') next(response);
    else if (next) response.writeHead(next.status, next.headers).end(next.body ?? '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    until: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
